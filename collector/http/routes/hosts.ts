import type { FastifyInstance } from 'fastify';
import { InputError } from '../../../base/errors.ts';
import type { HostDetail, HostList, MetricInfo, TextValue } from '../../../wire/http.ts';
import type { HostTable, LiveHost } from '../../hosts/host-table.ts';
import { hostDetail, hostSummary, textValues } from '../host-json.ts';
import type { MetricCatalogue } from '../metric-catalogue.ts';
import { type QueryString, required } from '../params.ts';

/**
 * Hosts with their newest values, and the metrics that they have.
 * @param removeHost forgets a host with all that is stored of it
 */
export function hostRoutes(
  app: FastifyInstance,
  hosts: HostTable,
  catalogue: MetricCatalogue,
  removeHost: (number: number) => void,
): void {
  const find = (name: string): LiveHost => {
    const host = hosts.byName(name) ?? hosts.byId(name);
    if (host) return host;
    throw new InputError(
      'host-unknown',
      `there is no host ${JSON.stringify(name)}; GET /api/hosts lists them`,
      { field: 'name' },
    );
  };

  app.get(
    '/api/hosts',
    async (): Promise<HostList> => ({
      nowMs: Date.now(),
      hosts: hosts.list().map(hostSummary),
    }),
  );

  app.get<{ Params: { name: string } }>(
    '/api/hosts/:name',
    async ({ params }): Promise<HostDetail> => hostDetail(find(params.name), Date.now()),
  );

  app.delete<{ Params: { name: string } }>('/api/hosts/:name', async ({ params }, reply) => {
    const host = find(params.name);
    if (host.state === 'up') {
      throw new InputError(
        'host-up',
        `${host.name} is up and would come back at once: stop its agent first, then forget it`,
        { field: 'name' },
      );
    }
    removeHost(host.number);
    return reply.code(204).send();
  });

  app.get('/api/metrics', async (): Promise<readonly MetricInfo[]> => catalogue.list());

  app.get<{ Querystring: QueryString }>(
    '/api/texts',
    async ({ query }): Promise<readonly TextValue[]> =>
      textValues(hosts.list(), required(query, 'metric')),
  );
}
