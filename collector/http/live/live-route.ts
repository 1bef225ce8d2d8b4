import type { FastifyInstance } from 'fastify';
import type { LiveHub } from './live-hub.ts';

/** `/api/live`: one WebSocket per page (docs/api.md, "Live values"). */
export function liveRoute(app: FastifyInstance, hub: LiveHub): void {
  app.get('/api/live', { websocket: true }, (socket, request) => {
    const page = hub.attach({
      get bufferedAmount() {
        return socket.bufferedAmount;
      },
      isAllowed: () => app.isStillKnown(request),
      send: (data) => socket.send(data),
      ping: () => socket.ping(),
      terminate: () => socket.terminate(),
    });
    socket.on('message', (data) => page.receive(String(data)));
    socket.on('pong', () => page.pong());
    socket.on('close', () => page.detach());
    // A broken connection also closes; nothing else is to be done about it.
    socket.on('error', () => {});
  });
}
