import type { FastifyInstance } from 'fastify';
import { InputError } from '../../../base/errors.ts';
import type { HostDetail, HostList, MetricInfo } from '../../../wire/http.ts';
import type { HostTable } from '../../hosts/host-table.ts';
import { hostDetail, hostSummary } from '../host-json.ts';
import type { MetricCatalogue } from '../metric-catalogue.ts';

/** Hosts with their newest values, and the metrics that they have. */
export function hostRoutes(
  app: FastifyInstance,
  hosts: HostTable,
  catalogue: MetricCatalogue,
): void {
  app.get(
    '/api/hosts',
    async (): Promise<HostList> => ({
      nowMs: Date.now(),
      hosts: hosts.list().map(hostSummary),
    }),
  );

  app.get<{ Params: { name: string } }>(
    '/api/hosts/:name',
    async ({ params }): Promise<HostDetail> => {
      const host = hosts.byName(params.name) ?? hosts.byId(params.name);
      if (host) return hostDetail(host, Date.now());
      throw new InputError(
        'host-unknown',
        `there is no host ${JSON.stringify(params.name)}; GET /api/hosts lists them`,
        { field: 'name' },
      );
    },
  );

  app.get('/api/metrics', async (): Promise<readonly MetricInfo[]> => catalogue.list());
}
