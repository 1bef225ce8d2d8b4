/** The agent: reads this host each second and tells the collectors. Everything of the outside world comes in as a port. */
import { existsSync, statfsSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Running } from '../base/daemon.ts';
import { reasonOf } from '../base/errors.ts';
import { type Log, openLog } from '../base/log.ts';
import { writeBye, writeEvent } from '../wire/control.ts';
import type { Labels } from '../wire/metric.ts';
import { agentIdToHex, KINDS, type Kind } from '../wire/packet.ts';
import type { XdrWriter } from '../wire/xdr.ts';
import { Datagrams } from './datagrams.ts';
import { readFacts } from './facts.ts';
import { History } from './history.ts';
import { agentId, networkNamespace, nextBoot } from './identity.ts';
import { readKey } from './key.ts';
import { openMetricSocket } from './metric-socket.ts';
import { openOutlet } from './outlet.ts';
import { Publisher } from './publisher.ts';
import { Responder } from './responder.ts';
import { Sampler } from './sampler.ts';
import { startSchedule } from './schedule.ts';
import { SeriesTable, SourceTable } from './series.ts';
import type { AgentSettings } from './settings.ts';
import { openSources } from './sources.ts';
import { UserMetrics } from './user-metrics.ts';

/** Agents send at a moment of their own in this window after the second. */
const SEND_WITHIN_MS = 30;
/** File descriptor of standard error. */
const STDERR = 2;
/** Ticks between two SCHEMAs that nobody asked for. */
const SCHEMA_EVERY_TICKS = 60;
/** What starting left behind goes at this tick, and what has gathered since after each so many more. */
const COLLECT_AT_TICK = 10;
const COLLECT_EVERY_TICKS = 1800;

export interface AgentPorts {
  readonly clock: Clock;
  readonly monotonicMs: () => number;
  readonly random: () => number;
  /** Root of the files that are read: /etc, /proc, /sys, /run below it. */
  readonly root: string;
  readonly log: Log;
  /** Gives back the memory that garbage takes. */
  readonly collectGarbage: () => void;
  /** The hardware as facts: slow, so it is told when it is there. */
  readonly inventory: (signal: AbortSignal) => Promise<Labels>;
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
    // `performance` would load a dozen modules of Node for the same clock.
    monotonicMs: () => process.uptime() * 1000,
    random: Math.random,
    root: '/',
    log: openLog('agent', 'info', writeLine),
    collectGarbage: () => undefined,
    inventory: async () => ({}),
    ...given,
  };
  const { clock, log, monotonicMs, root } = ports;
  const namespace = networkNamespace(root);
  const identity = { data: settings.data, root, log };
  const agent = agentId(identity, namespace);
  const boot = nextBoot(identity, clock.nowMs());
  const key = readKey(settings, agent);
  const host = {
    hostName: settings.hostName || hostNameIn(namespace),
    labels: settings.labels,
    facts: readFacts(root),
  };

  const table = new SeriesTable();
  const datagrams = new Datagrams({ agent, boot }, { key, payloadBytes: settings.payloadBytes });
  const history = new History({ rows: settings.historySeconds, bytesMax: settings.historyBytes });
  const publisher = new Publisher(host, { table, datagrams, history });
  const outlet = await openOutlet(settings, log);
  const responder = new Responder(
    { agent, boot, key, table, datagrams, history, publisher },
    { clock, random: ports.random, sendTo: outlet.sendTo },
  );
  outlet.onDatagram((datagram, from) => responder.receive(datagram, from));

  const sources = openSources(settings, {
    root,
    table,
    monotonicMs,
    startSeconds: Math.floor(clock.nowMs() / 1000),
    sendFailures: () => outlet.failures,
    statfs: statfsSync,
  });
  const userTable = new SourceTable(table);
  const userMetrics = new UserMetrics(userTable, monotonicMs);
  sources.push({ source: userMetrics, table: userTable });
  const sampler = new Sampler(sources, { table, monotonicMs, log });
  const socketPath = join(settings.data, 'agent.sock');
  const metricSocket = await openMetricSocket(socketPath, (value) => userMetrics.set(value), log);

  const hasProbes =
    settings.exporters.length > 0 || settings.plugins.length > 0 || settings.findExporters;
  // What most agents do not need shall not take their memory.
  const { startProbes } = hasProbes ? await import('./probes.ts') : {};
  const { hostName } = host;
  const stopProbes = startProbes?.(settings, { ...ports, hostName, table });
  const systemctl = join(root, 'usr/bin/systemctl');
  const hasSystemd = [join(root, 'run/systemd/system'), systemctl].every(existsSync); // sd_booted(3)
  const { startFailedUnits } = hasSystemd ? await import('./systemd/failed-units.ts') : {};
  const stopFailedUnits = startFailedUnits?.({ ...ports, systemctl, table });

  const { startGanglia } = settings.gangliaTarget === '' ? {} : await import('./ganglia.ts');
  const ganglia = await startGanglia?.(settings, { hostName, table, log });

  const broadcast = (kind: Kind, write: (writer: XdrWriter) => void) => {
    write(datagrams.begin(kind, clock.nowMs()));
    outlet.broadcast(datagrams.finish());
  };
  let tick = 0;
  let schemaTold = -1;
  // A tick of its own in the minute, for the same reason as the moment in the second.
  const schemaPhase = Math.floor(ports.random() * SCHEMA_EVERY_TICKS);
  const stopSchedule = startSchedule(
    clock,
    Math.floor(ports.random() * SEND_WITHIN_MS),
    (timeMs) => {
      sampler.sample();
      table.settle(tick);
      if (table.schema !== schemaTold || (tick + schemaPhase) % SCHEMA_EVERY_TICKS === 0) {
        schemaTold = table.schema;
        for (const datagram of publisher.schema(clock.nowMs())) outlet.broadcast(datagram);
      }
      for (const datagram of publisher.samples(tick, timeMs)) outlet.broadcast(datagram);
      ganglia?.tick();
      tick += 1;
      sampler.sampleSlow();
      if (tick % COLLECT_EVERY_TICKS === COLLECT_AT_TICK) ports.collectGarbage();
    },
  );
  const boots = { kind: 'boot', text: 'the agent started', labels: {} };
  broadcast(KINDS.event, (writer) => writeEvent(writer, boots));

  const inventory = new AbortController();
  ports.inventory(inventory.signal).then(
    (facts) => publisher.addFacts(facts),
    (error: unknown) => {
      if (!inventory.signal.aborted) log.warn('inventory-failed', { reason: reasonOf(error) });
    },
  );
  const id = agentIdToHex(agent);
  log.info('ready', { host: host.hostName, id, group: settings.group, port: settings.port });

  return {
    id,
    async close() {
      inventory.abort();
      stopSchedule();
      stopProbes?.();
      stopFailedUnits?.();
      metricSocket.close();
      responder.close();
      sampler.close();
      broadcast(KINDS.bye, (writer) => writeBye(writer, { reason: 'the agent stopped' }));
      await ganglia?.close();
      await outlet.close();
    },
  };
}

/** Namespaces of one machine share its name: theirs is put behind it. */
function hostNameIn(namespace: string | undefined): string {
  const name = hostname();
  return namespace === undefined || namespace.startsWith('net:') ? name : `${name}-${namespace}`;
}

/** `process.stderr` would load the modules of terminals and streams. What nobody takes off the pipe is lost. */
function writeLine(line: string): void {
  try {
    writeSync(STDERR, line);
  } catch {
    // EAGAIN, EPIPE: an agent does not stop because nobody reads its log.
  }
}
