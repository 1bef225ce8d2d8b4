/** Sends Ganglia's core metrics as gmond does, for a gmond or gmetad that is still there. Loaded only when the settings name a target. */
import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { reasonOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { isMulticast } from '../wire/address.ts';
import {
  type GangliaMetadata,
  type GangliaValue,
  mayBeGangliaRequest,
  readGanglia,
  writeGanglia,
} from '../wire/ganglia.ts';
import type { Metric, ValueType } from '../wire/metric.ts';
import { PacketError } from '../wire/packet.ts';
import { openOutlet } from './outlet.ts';
import type { SeriesTable } from './series.ts';
import type { AgentSettings } from './settings.ts';
import { parseTarget, type Target } from './target.ts';

/** What gmond sends of itself, under the names that we have too. Source: ganglia monitor-core 3.7.2, gmond/modules, default_conf.h */
const CORE = new Set(
  `boottime bytes_in bytes_out cpu_aidle cpu_idle cpu_nice cpu_num cpu_speed cpu_steal cpu_system cpu_user cpu_wio disk_free disk_total
  gexec heartbeat load_fifteen load_five load_one location machine_type mem_buffers mem_cached mem_free mem_shared mem_total os_name os_release
  part_max_used pkts_in pkts_out proc_run proc_total swap_free swap_total`.split(/\s+/),
);

/** Seconds between two values: gmetad reads each 15 s, and misses heartbeats after 20 s. */
const EVERY_SECONDS = 15;
/** Of what does not change. */
const EVERY_SECONDS_FIXED = 60;
/** Between two metadata that nobody asked for: who hears us by unicast has no way to ask. */
const METADATA_SECONDS = 300;
/** Between two that were asked for: each gmond that comes asks for every metric of every host. */
const ASKED_SECONDS = 10;

/** By then a collector that hears both knows the agent, and does not take it for a host of gmond's. */
const START_AT_TICK = 5;

const TYPES: Readonly<
  Record<ValueType, Pick<GangliaMetadata, 'type'> & Pick<GangliaValue, 'encoding' | 'format'>>
> = {
  float: { type: 'float', encoding: 'float', format: '%.3f' },
  double: { type: 'double', encoding: 'double', format: '%.3f' },
  int: { type: 'int32', encoding: 'int', format: '%d' },
  uint: { type: 'uint32', encoding: 'uint', format: '%u' },
  hyper: { type: 'double', encoding: 'double', format: '%.0f' },
  uhyper: { type: 'double', encoding: 'double', format: '%.0f' },
  string: { type: 'string', encoding: 'string', format: '%s' },
};

export interface Ganglia {
  /** To be called once a second, after the values of the second are in the table. */
  tick(): void;
  close(): Promise<void>;
}

export type GangliaSettings = Pick<AgentSettings, 'gangliaTarget' | 'interface' | 'ttl'>;

export async function startGanglia(
  settings: GangliaSettings,
  { hostName, table, log }: { hostName: string; table: SeriesTable; log: Log },
): Promise<Ganglia> {
  const target = parseTarget(settings.gangliaTarget) ?? { address: '', port: 0 };
  const { address: group, port } = target;
  const outlet = await openOutlet({ ...settings, group, port, targets: [] }, log);
  const emitter = new GangliaEmitter({ hostName, table }, (datagram) => outlet.broadcast(datagram));
  const questions = isMulticast(group) ? hearQuestions(target, settings.interface, log) : undefined;
  questions?.on('message', (datagram) => emitter.answer(datagram));
  return {
    tick: () => emitter.tick(),
    async close() {
      questions?.close();
      await outlet.close();
    },
  };
}

/** Others in the group ask there for metadata. A group that cannot be joined costs only the answers. */
function hearQuestions({ address, port }: Target, device: string, log: Log): Socket {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.on('error', (error) => log.warn('ganglia-group', { reason: error.message }));
  socket.bind(port, address, () => {
    const own = networkInterfaces()[device]?.find(({ family }) => family === 'IPv4');
    try {
      socket.addMembership(address, own?.address ?? (device || undefined));
    } catch (error) {
      log.warn('ganglia-group', { reason: reasonOf(error) });
    }
  });
  return socket;
}

interface Sent {
  /** Tick of the last metadata. */
  toldAt: number;
  isAsked: boolean;
}

/** What is sent in which second. */
export class GangliaEmitter {
  readonly #hostName: string;
  readonly #table: SeriesTable;
  readonly #send: (datagram: Buffer) => void;
  /** By name, of those that were sent. */
  readonly #sent = new Map<string, Sent>();
  #tick = 0;

  constructor(
    { hostName, table }: { hostName: string; table: SeriesTable },
    send: (datagram: Buffer) => void,
  ) {
    this.#hostName = hostName;
    this.#table = table;
    this.#send = send;
  }

  tick(): void {
    this.#tick += 1;
    if (this.#tick < START_AT_TICK) return;
    const { metrics, numbers, strings } = this.#table;
    for (let index = 0; index < metrics.length; index += 1) {
      const metric = metrics[index]!;
      if (!CORE.has(metric.name) || Object.keys(metric.labels).length > 0) continue;
      if (!this.#isDue(metric, index, everySeconds(metric))) continue;
      const value = metric.type === 'string' ? strings[index] : numbers[index];
      if (value !== undefined && !Number.isNaN(value)) this.#give(metric, value);
    }
  }

  /** Takes what another of the group sent: a question is answered in the next second. */
  answer(datagram: Uint8Array): void {
    if (!mayBeGangliaRequest(datagram)) return;
    try {
      const message = readGanglia(datagram);
      const sent = message?.kind === 'request' && this.#sent.get(message.name);
      if (sent && this.#tick - sent.toldAt >= ASKED_SECONDS) sent.isAsked = true;
    } catch (error) {
      if (!(error instanceof PacketError)) throw error;
    }
  }

  /** Not all in one second; each at once when it is new. */
  #isDue({ name }: Metric, index: number, everySeconds: number): boolean {
    const sent = this.#sent.get(name);
    return sent === undefined || sent.isAsked || (this.#tick + index) % everySeconds === 0;
  }

  #give(metric: Metric, value: number | string): void {
    const { type, encoding, format } = TYPES[metric.type];
    const name = { host: this.#hostName, name: metric.name, isSpoofed: false };
    const sent = this.#sent.get(metric.name) ?? {
      toldAt: Number.NEGATIVE_INFINITY,
      isAsked: false,
    };
    if (sent.isAsked || this.#tick - sent.toldAt >= METADATA_SECONDS) {
      this.#emit({ kind: 'metadata', ...name, type, ...meaningOf(metric) });
      sent.toldAt = this.#tick;
      sent.isAsked = false;
      this.#sent.set(metric.name, sent);
    }
    this.#emit({ kind: 'value', ...name, encoding, format, value });
  }

  #emit(message: GangliaMetadata | GangliaValue): void {
    const bytes = writeGanglia(message);
    this.#send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  }
}

function everySeconds({ slope }: Metric): number {
  return slope === 'zero' ? EVERY_SECONDS_FIXED : EVERY_SECONDS;
}

function meaningOf(metric: Metric) {
  const { units, slope, title, description, group } = metric;
  const tmax = 4 * everySeconds(metric);
  const extra = [
    ['TITLE', plain(title)],
    ['DESC', plain(description)],
    ['GROUP', plain(group)],
  ] as const;
  return {
    units: plain(units),
    slope,
    tmax,
    dmax: 0,
    extra: extra.filter(([, text]) => text !== ''),
  };
}

/** gmond prints these texts into its XML as they are: one `<` would make all of its hosts unreadable. */
function plain(text: string): string {
  return text.replace(/[^ !#-%(-;=?-~]/g, ' ');
}
