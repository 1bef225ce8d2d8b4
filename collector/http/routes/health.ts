import type { FastifyInstance } from 'fastify';
import type { HostTable } from '../../hosts/host-table.ts';

/** A second that is not taken in after so long: ingest stands still. */
const LATE_SECONDS_MAX = 10;

/** What watchdogs and load balancers ask, without a token, at the paths of Prometheus and Alertmanager. */
export function healthRoutes(app: FastifyInstance, hosts: Pick<HostTable, 'second'>): void {
  const anyone = { config: { access: 'anyone' } } as const;
  app.get('/-/healthy', anyone, async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send('clustermon is healthy\n'),
  );
  app.get('/-/ready', anyone, async (_request, reply) => {
    const lateSeconds = Math.floor(Date.now() / 1000) - hosts.second;
    reply.type('text/plain; charset=utf-8');
    if (lateSeconds <= LATE_SECONDS_MAX) return reply.send('clustermon is ready\n');
    return reply
      .code(503)
      .send(`clustermon is not ready: the newest second is ${lateSeconds} s old\n`);
  });
}
