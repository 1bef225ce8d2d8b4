import type { LiveMessage, LiveRequest } from '../../wire/http.ts';
import type { Client } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { ClusterView } from './cluster-view.ts';
import { METRICS } from './columns.ts';

const REQUEST: LiveRequest = { id: 1, metrics: METRICS, series: [], bands: [] };

/**
 * Follows the live stream until it ends.
 * @param onFrame gets the view after each frame; the first comes at once, with the newest second
 * @throws CommandError `unreachable` when the stream cannot be opened or is lost, `notAllowed` without a token
 */
export function followCluster(
  client: Client,
  signal: AbortSignal,
  onFrame: (view: ClusterView) => void,
): Promise<void> {
  const view = new ClusterView();
  const socket = client.openSocket('/api/live');
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => socket.close(), { once: true });
    socket.addEventListener('open', () => socket.send(JSON.stringify(REQUEST)));
    socket.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') view.tell(JSON.parse(data) as LiveMessage);
      else if (view.setFrame(new Float64Array(data as ArrayBuffer))) onFrame(view);
    });
    socket.addEventListener('close', () => {
      if (signal.aborted) resolve();
      // A WebSocket does not say why it ended; the same server says it to a request.
      else client.get('/api/status').then(() => reject(lost(client)), reject);
    });
    // The event says nothing of use, and `close` follows.
    socket.addEventListener('error', () => {});
  });
}

function lost({ url }: Client): CommandError {
  return new CommandError(EXIT.unreachable, `the live stream of ${url} has ended`);
}
