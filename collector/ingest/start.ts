/** The ingest thread as the main thread sees it. */
import { once } from 'node:events';
import { join } from 'node:path';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { makeDataFolder } from '../../base/data-folder.ts';
import { InputError } from '../../base/errors.ts';
import { HostReplica } from '../hosts/host-replica.ts';
import type { HostTable } from '../hosts/host-table.ts';
import type { HostMessage } from '../hosts/messages.ts';
import { lockFolder } from '../store/lock.ts';
import type { FromIngest, IngestThreadData, ToIngest } from './thread.ts';

export interface IngestHandle {
  /** The host table of this thread. */
  readonly hosts: HostTable;
  /** UDP port on which agents are heard. */
  readonly port: number;
  /** `samples.db`, to be given to `openSampleStore`. */
  readonly file: string;
  /**
   * A port by which another thread gets a host table of its own: pass it there with `postMessage(port, [port])` (or as `workerData` with
   * `transferList`) and give it to `attachHostTable`.
   */
  attach(): MessagePort;
  /** Forgets a host with all its archives. */
  removeHost(number: number): void;
  /** Calls `listener` when the thread has died, with the reason. */
  onFailure(listener: (error: Error) => void): void;
  close(): Promise<void>;
}

/**
 * Starts the ingest thread and waits until it listens.
 * @throws InputError `data-locked` when another collector uses the folder, `database-corrupt`, `archive-changed`, `listen`…
 */
export async function startIngest(data: IngestThreadData): Promise<IngestHandle> {
  makeDataFolder(data.data);
  const unlock = lockFolder(data.data);
  try {
    return await startThread(data, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function startThread(data: IngestThreadData, unlock: () => void): Promise<IngestHandle> {
  // Datagrams live for microseconds: a small nursery keeps 40 MB out of memory and costs no time (docs/decisions/0067-datagrams-a-second.md).
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: data,
    // Seen by ps and top.
    name: 'ingest',
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  const [message] = (await once(worker, 'message')) as [FromIngest];
  if (message.kind === 'failed') {
    await worker.terminate();
    throw new InputError(message.code, message.message);
  }
  const send = (command: ToIngest, transfer: MessagePort[] = []) =>
    worker.postMessage(command, transfer);
  const attach = (): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    send({ kind: 'attach', port: port1 }, [port1]);
    return port2;
  };
  return {
    hosts: attachHostTable(attach()),
    port: message.kind === 'ready' ? message.port : 0,
    file: join(data.data, 'samples.db'),
    attach,
    removeHost: (number) => send({ kind: 'remove-host', number }),
    onFailure: (listener) => worker.on('error', listener),
    async close() {
      const closed = once(worker, 'exit');
      send({ kind: 'close' });
      await closed;
      unlock();
    },
  };
}

/** The host table of the thread that calls, fed by a port that `IngestHandle.attach` gave. */
export function attachHostTable(port: MessagePort): HostTable {
  const replica = new HostReplica();
  port.on('message', (message: HostMessage) => replica.apply(message));
  // The table alone does not keep a thread alive.
  port.unref();
  return replica;
}
