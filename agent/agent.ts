/** The agent: reads this host each second and tells the collectors. Everything of the outside world comes in as a port. */
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Running } from '../base/daemon.ts';
import { type Log, openLog } from '../base/log.ts';
import { writeBye, writeEvent } from '../wire/control.ts';
import { agentIdToHex, KINDS } from '../wire/packet.ts';
import { Datagrams } from './datagrams.ts';
import { History } from './history.ts';
import { agentId, networkNamespace, nextBoot } from './identity.ts';
import { readKey } from './key.ts';
import { openOutlet } from './outlet.ts';
import { Publisher } from './publisher.ts';
import { Responder } from './responder.ts';
import { Sampler } from './sampler.ts';
import { startSchedule } from './schedule.ts';
import { SeriesTable } from './series.ts';
import type { AgentSettings } from './settings.ts';
import { openSources } from './sources.ts';

/** Agents send at a moment of their own in this window after the second. */
const SEND_WITHIN_MS = 30;
/** Ticks between two SCHEMAs that nobody asked for. */
const SCHEMA_EVERY_TICKS = 60;

export interface AgentPorts {
  readonly clock: Clock;
  readonly monotonicMs: () => number;
  readonly random: () => number;
  /** Root of the files that are read: /etc, /proc, /sys, /run below it. */
  readonly root: string;
  readonly log: Log;
}

export interface Agent extends Running {
  /** 32 hexadecimal digits. */
  readonly id: string;
}

export async function startAgent(
  settings: AgentSettings,
  given: Partial<AgentPorts> = {},
): Promise<Agent> {
  const ports: AgentPorts = {
    clock: systemClock,
    monotonicMs: () => performance.now(),
    random: Math.random,
    root: '/',
    log: openLog('agent'),
    ...given,
  };
  const { clock, log } = ports;
  const namespace = networkNamespace(ports.root);
  const identity = { data: settings.data, root: ports.root, log };
  const agent = agentId(identity, namespace);
  const boot = nextBoot(identity, clock.nowMs());
  const key = readKey(settings, agent);
  const hostName = settings.hostName || hostNameIn(namespace);

  const table = new SeriesTable();
  const datagrams = new Datagrams({ agent, boot }, { key, payloadBytes: settings.payloadBytes });
  const history = new History({ rows: settings.historySeconds, bytesMax: settings.historyBytes });
  const publisher = new Publisher(
    { hostName, labels: settings.labels, facts: {} },
    { table, datagrams, history },
  );
  const outlet = await openOutlet(settings, log);
  const sources = openSources(settings, {
    root: ports.root,
    table,
    monotonicMs: ports.monotonicMs,
    startSeconds: Math.floor(clock.nowMs() / 1000),
    sendFailures: () => outlet.failures,
  });
  const sampler = new Sampler(sources, { table, monotonicMs: ports.monotonicMs, log });
  const responder = new Responder(
    { agent, boot, key, table, datagrams, history, publisher },
    { clock, random: ports.random, sendTo: outlet.sendTo },
  );
  outlet.onDatagram((datagram, from) => responder.receive(datagram, from));

  let tick = 0;
  let schemaTold = -1;
  /** A tick of its own in the minute, for the same reason as the moment in the second. */
  const schemaPhase = Math.floor(ports.random() * SCHEMA_EVERY_TICKS);
  const broadcastSchema = () => {
    schemaTold = table.schema;
    for (const datagram of publisher.schema(clock.nowMs())) outlet.broadcast(datagram);
  };
  const delayMs = Math.floor(ports.random() * SEND_WITHIN_MS);
  const stopSchedule = startSchedule(clock, delayMs, (timeMs) => {
    sampler.sample();
    table.settle(tick);
    if (table.schema !== schemaTold || (tick + schemaPhase) % SCHEMA_EVERY_TICKS === 0) {
      broadcastSchema();
    }
    for (const datagram of publisher.samples(tick, timeMs)) outlet.broadcast(datagram);
    tick += 1;
    sampler.sampleSlow();
  });

  writeEvent(datagrams.begin(KINDS.event, clock.nowMs()), {
    kind: 'boot',
    text: 'the agent started',
    labels: {},
  });
  outlet.broadcast(datagrams.finish());
  const id = agentIdToHex(agent);
  log.info('ready', { host: hostName, id, group: settings.group, port: settings.port });

  return {
    id,
    async close() {
      stopSchedule();
      responder.close();
      sampler.close();
      writeBye(datagrams.begin(KINDS.bye, clock.nowMs()), { reason: 'the agent stopped' });
      outlet.broadcast(datagrams.finish());
      await outlet.close();
    },
  };
}

/** Namespaces of one machine share its name: theirs is put behind it. */
function hostNameIn(namespace: string | undefined): string {
  const name = hostname();
  return namespace === undefined || namespace.startsWith('net:') ? name : `${name}-${namespace}`;
}
