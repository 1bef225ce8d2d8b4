import type { FastifyInstance } from 'fastify';
import type { ApplianceStatus } from '../../../wire/http.ts';
import type { HostTable } from '../../hosts/host-table.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { ProblemSource } from '../ports.ts';

export interface StatusPorts {
  readonly version: string;
  readonly startedMs: number;
  readonly hosts: Pick<HostTable, 'ingest'>;
  readonly store: Pick<SampleStore, 'status'>;
  readonly problems: ProblemSource;
}

/** How the appliance itself does. */
export function statusRoutes(app: FastifyInstance, ports: StatusPorts): void {
  app.get(
    '/api/status',
    async (): Promise<ApplianceStatus> => ({
      version: ports.version,
      nowMs: Date.now(),
      startedMs: ports.startedMs,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      problems: ports.problems.problems(),
      ingest: ports.hosts.ingest,
      store: ports.store.status(),
    }),
  );
}
