import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sendFile } from '../boot/http.ts';
import type { AgentPackage } from '../image/agent-package.ts';
import type { SpaceArchive } from '../image/space-archive.ts';
import type { ImageStore } from '../image/store.ts';
import { readClasses, readHello, readReport, readTicketHolder } from './body.ts';
import type { InstallService } from './service.ts';

/** Room for some hundred disks; the registry keeps it in memory, of as many machines as say hello. */
const HELLO_BYTES_MAX = 256 * 1024;

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
  /** What a machine says, when it says it of itself. */
  const own = <T extends { readonly mac: string }>(
    request: FastifyRequest,
    read: (body: unknown) => T,
  ): T => {
    const said = read(request.body);
    service.requireOwn(request.ip, said.mac);
    return said;
  };
  app.post('/installer/hello', { bodyLimit: HELLO_BYTES_MAX }, (request) =>
    service.hello(own(request, readHello)),
  );
  app.get<{ Params: { name: string } }>('/installer/space/:name', async (request, reply) => {
    // We may have been started again since the machine was told the name.
    await space.current();
    return reply
      .type('application/x-tar')
      .send(space.bytes(request.params.name.replace(/\.tar$/, '')));
  });
  app.post('/installer/classes', (request, reply) => {
    service.classes(own(request, readClasses));
    return reply.code(204).send();
  });
  app.get<{ Querystring: { mac?: string; version?: string } }>('/installer/order', (request) => {
    const { mac = '', version = '' } = request.query;
    service.requireOwn(request.ip, mac);
    return service.order(mac, version);
  });
  app.get<{ Params: { id: string } }>('/installer/image/:id/manifest', (request) =>
    images.signedManifest(request.params.id),
  );
  app.get<{ Params: { id: string } }>('/installer/image/:id/data', (request, reply) => {
    images.manifest(request.params.id);
    return sendFile(request, reply, images.archive(request.params.id));
  });
  app.post('/installer/report', (request, reply) => {
    service.report(own(request, readReport));
    return reply.code(204).send();
  });
  app.post('/installer/secrets', (request) => service.secrets(own(request, readTicketHolder)));
  app.post('/installer/ticket', (request, reply) => {
    service.renewTicket(own(request, readTicketHolder));
    return reply.code(204).send();
  });
  app.post('/installer/done', (request, reply) => {
    service.done(own(request, readTicketHolder));
    return reply.code(204).send();
  });
  addAgentRoute(app, agentPackage);
}

/** Adds the agent's package to the boot port, for machines that exist already. */
export function addAgentRoute(
  app: FastifyInstance,
  agentPackage: () => Promise<AgentPackage>,
): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/clustermon-agent.deb',
    handler: async (request, reply) => sendFile(request, reply, (await agentPackage()).file),
  });
}
