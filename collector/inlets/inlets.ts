/** The ways in for other monitoring programs: all off until the settings turn them on. */
import type { FastifyInstance } from 'fastify';
import type { HostTable } from '../hosts/host-table.ts';
import type { IngestSettings } from '../ingest/settings.ts';
import { AgentNames } from './agent-names.ts';
import { listenForGanglia } from './ganglia-server.ts';
import { parseGraphite } from './graphite.ts';
import { inletRoutes } from './http.ts';
import { InletHosts, type InletHostsPorts } from './inlet-hosts.ts';
import { listenForLines } from './line-server.ts';
import { Refusals } from './refusals.ts';
import type { InletSettings } from './settings.ts';
import { listenForStatsd } from './statsd-server.ts';
import type { Listening } from './tcp-server.ts';

export interface Inlets {
  close(): Promise<void>;
}

/**
 * @param app not listening yet
 * @throws WorldError `listen`; nothing is left open then
 */
export async function startInlets(
  app: FastifyInstance,
  settings: InletSettings & Pick<IngestSettings, 'receiveBufferBytes'>,
  ports: InletHostsPorts & { readonly hosts: HostTable },
): Promise<Inlets> {
  const { graphitePort, statsdPort, gangliaPort, influxWrite, remoteWrite } = settings;
  const isOff = !graphitePort && !statsdPort && !gangliaPort && !influxWrite && !remoteWrite;
  if (isOff) return { close: async () => {} };
  const { inletListen: address } = settings;
  const { clock, log } = ports;
  const hosts = await InletHosts.open(ports);
  const listening: Listening[] = [];
  const close = async () => {
    for (const one of listening) await one.close();
    hosts.close();
  };
  try {
    if (graphitePort) {
      const take = (line: string) => hosts.take(parseGraphite(line));
      const refusals = new Refusals('graphite', log);
      listening.push(await listenForLines({ address, port: graphitePort }, refusals, take));
    }
    if (statsdPort) {
      const refusals = new Refusals('statsd', log);
      const parts = { clock, refusals, into: hosts };
      listening.push(await listenForStatsd({ address, port: statsdPort }, parts));
    }
    if (gangliaPort) {
      const refusals = new Refusals('ganglia', log);
      const agents = new AgentNames(ports.hosts);
      const parts = { clock, log, refusals, into: hosts, agents };
      listening.push(await listenForGanglia(settings, parts));
    }
    await inletRoutes(app, settings, hosts);
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
