import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { networkMatcher } from '../../base/networks.ts';
import { type GangliaName, readGanglia, writeGanglia } from '../../wire/ganglia.ts';
import { PacketError } from '../../wire/packet.ts';
import type { IngestSettings } from '../ingest/settings.ts';
import { openReceiver } from '../ingest/socket.ts';
import type { AgentNames } from './agent-names.ts';
import { GangliaHosts, type GangliaPorts, gangliaName } from './ganglia-hosts.ts';
import { refused } from './received-sample.ts';
import type { Refusals } from './refusals.ts';
import type { InletSettings } from './settings.ts';
import type { Listening } from './tcp-server.ts';

const SECOND_MS = 1000;
/** A question is not asked again for so long: in a group each gmond answers it, whoever is meant. */
const ASK_AGAIN_MS = 30_000;
/** In that time. */
const QUESTIONS_MAX = 1000;

export interface GangliaParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly refusals: Refusals;
  readonly into: GangliaPorts['into'];
  readonly agents: Pick<AgentNames, 'has' | 'taken' | 'close'>;
}

/** Hears gmond and gmetric over UDP. @throws WorldError `listen` */
export async function listenForGanglia(
  settings: InletSettings & Pick<IngestSettings, 'receiveBufferBytes'>,
  { clock, log, refusals, into, agents }: GangliaParts,
): Promise<Listening> {
  const { gangliaPort: port, gangliaGroup: group, gangliaInterfaces: interfaces } = settings;
  const { receiveBufferBytes } = settings;
  const hint = 'collector.gangliaPort names another; does a gmond run here?';
  const heard = { who: 'Ganglia', hint };
  const receiver = await openReceiver({ group, port, interfaces, receiveBufferBytes, heard }, log);
  const isKnown = networkMatcher(settings.gangliaFrom);
  const questions = new Questions();
  const hosts = new GangliaHosts({
    into,
    hasAgent: (name) => agents.has(name),
    ask(of, address) {
      const to = { address: group || address, port: receiver.port };
      if (!questions.mayAsk(`${to.address} ${of.name}`, clock.nowMs())) return;
      receiver.send(writeGanglia(questionOf(of)), to);
    },
  });
  receiver.onDatagram((datagram, { address }) => {
    refusals.guard(address, () => {
      if (!isKnown(address)) {
        throw refused('sender', `${address} is in none of the networks of collector.gangliaFrom`);
      }
      const message = read(datagram);
      if (message) hosts.take(message, address, clock.nowMs());
    });
  });
  const tick = () => {
    hosts.tick(clock.nowMs());
    for (const name of agents.taken()) into.giveWay(name, gangliaName(name));
    cancel = clock.after(SECOND_MS, tick);
  };
  let cancel = clock.after(SECOND_MS, tick);
  return {
    port: receiver.port,
    async close() {
      cancel();
      agents.close();
      receiver.close();
    },
  };
}

/** @throws InputError `inlet-sample` */
function read(datagram: Uint8Array): ReturnType<typeof readGanglia> {
  try {
    return readGanglia(datagram);
  } catch (error) {
    if (!(error instanceof PacketError)) throw error;
    throw refused('datagram', `is none of Ganglia's: ${error.message}`);
  }
}

function questionOf({ host, name, isSpoofed }: GangliaName) {
  return { kind: 'request', host, name, isSpoofed } as const;
}

/** Holds back questions that were asked already. */
class Questions {
  readonly #asked = new Map<string, number>();

  mayAsk(question: string, nowMs: number): boolean {
    for (const [old, askedMs] of this.#asked) {
      if (nowMs - askedMs < ASK_AGAIN_MS) break;
      this.#asked.delete(old);
    }
    if (this.#asked.has(question) || this.#asked.size >= QUESTIONS_MAX) return false;
    this.#asked.set(question, nowMs);
    return true;
  }
}
