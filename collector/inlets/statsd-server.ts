import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { WorldError } from '../../base/errors.ts';
import type { SampleTaker } from './received-sample.ts';
import type { Refusals } from './refusals.ts';
import { FLUSH_MS, StatsdCollection } from './statsd.ts';
import { parseStatsd } from './statsd-line.ts';
import type { Listening } from './tcp-server.ts';

/** Hears StatsD over UDP. @throws WorldError `listen` */
export async function listenForStatsd(
  { address, port }: { readonly address: string; readonly port: number },
  { clock, refusals, into }: { clock: Clock; refusals: Refusals; into: SampleTaker },
): Promise<Listening> {
  const collection = new StatsdCollection();
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.on('message', (datagram, sender) => {
    for (const line of datagram.toString().split('\n')) {
      if (line.trim() === '') continue;
      refusals.guard(sender.address, () =>
        collection.take(parseStatsd(line.trim()), sender.address, clock.nowMs()),
      );
    }
  });
  const bound = once(socket, 'listening');
  socket.bind(port, address);
  try {
    await bound;
  } catch (error) {
    throw new WorldError('listen', `cannot hear StatsD on ${address}:${port}`, error);
  }
  const flushing = {
    take: (sample: Parameters<SampleTaker['take']>[0]) =>
      refusals.guard(sample.host, () => into.take(sample)),
  };
  const flush = () => {
    collection.flush(flushing, clock.nowMs());
    cancel = clock.after(FLUSH_MS, flush);
  };
  let cancel = clock.after(FLUSH_MS, flush);
  return {
    port: socket.address().port,
    async close() {
      cancel();
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}
