/** The ways in for other monitoring programs: all off until the settings turn them on. */
import type { FastifyInstance } from 'fastify';
import { parseGraphite } from './graphite.ts';
import { inletRoutes } from './http.ts';
import { InletHosts, type InletHostsPorts } from './inlet-hosts.ts';
import { type Listening, listenForLines } from './line-server.ts';
import { Refusals } from './refusals.ts';
import type { InletSettings } from './settings.ts';
import { listenForStatsd } from './statsd-server.ts';

export interface Inlets {
  close(): Promise<void>;
}

/**
 * @param app not listening yet
 * @throws WorldError `listen`; nothing is left open then
 */
export async function startInlets(
  app: FastifyInstance,
  settings: InletSettings,
  ports: InletHostsPorts,
): Promise<Inlets> {
  const { graphitePort, statsdPort, influxWrite, remoteWrite, inletListen: address } = settings;
  if (!graphitePort && !statsdPort && !influxWrite && !remoteWrite)
    return { close: async () => {} };
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
    await inletRoutes(app, settings, hosts);
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
