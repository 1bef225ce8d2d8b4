import type { FastifyInstance } from 'fastify';
import { sendFile } from '../boot/http.ts';
import type { AgentPackage } from '../image/agent-package.ts';
import type { SpaceArchive } from '../image/space-archive.ts';
import type { ImageStore } from '../image/store.ts';
import {
  readClasses,
  readHello,
  readReport,
  readSecretsRequest,
  readTicketHolder,
} from './body.ts';
import type { InstallService } from './service.ts';

/** Adds the paths of `protocol.ts` to the boot port, and the agent's package for machines that exist already. */
export function addInstallerRoutes(
  app: FastifyInstance,
  ports: {
    readonly service: InstallService;
    readonly space: SpaceArchive;
    readonly images: ImageStore;
    readonly agentPackage: () => Promise<AgentPackage>;
  },
): void {
  const { service, space, images, agentPackage } = ports;
  app.post('/installer/hello', (request) => service.hello(readHello(request.body)));
  app.get<{ Params: { name: string } }>('/installer/space/:name', async (request, reply) => {
    // We may have been started again since the machine was told the name.
    await space.current();
    return reply
      .type('application/x-tar')
      .send(space.bytes(request.params.name.replace(/\.tar$/, '')));
  });
  app.post('/installer/classes', (request, reply) => {
    service.classes(readClasses(request.body));
    return reply.code(204).send();
  });
  app.get<{ Querystring: { mac?: string; version?: string } }>('/installer/order', (request) =>
    service.order(request.query.mac ?? '', request.query.version ?? ''),
  );
  app.get<{ Params: { id: string } }>('/installer/image/:id/manifest', (request) =>
    images.signedManifest(request.params.id),
  );
  app.get<{ Params: { id: string } }>('/installer/image/:id/data', (request, reply) => {
    images.manifest(request.params.id);
    return sendFile(request, reply, images.archive(request.params.id));
  });
  app.post('/installer/report', (request, reply) => {
    service.report(readReport(request.body));
    return reply.code(204).send();
  });
  app.post('/installer/secrets', (request) => service.secrets(readSecretsRequest(request.body)));
  app.post('/installer/ticket', (request, reply) => {
    service.renewTicket(readTicketHolder(request.body));
    return reply.code(204).send();
  });
  app.post('/installer/done', (request, reply) => {
    service.done(readTicketHolder(request.body));
    return reply.code(204).send();
  });
  app.get('/clustermon-agent.deb', async (request, reply) =>
    sendFile(request, reply, (await agentPackage()).file),
  );
}
