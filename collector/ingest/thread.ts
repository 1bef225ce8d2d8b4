/** What the main thread and the ingest thread say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { ReceiverOptions } from './socket.ts';

/** `workerData` of the ingest thread. */
export interface IngestThreadData extends Omit<ReceiverOptions, 'heard'> {
  /** Folder of the databases and the journal. */
  readonly data: string;
  /** 32 bytes; undefined when datagrams are not authenticated. */
  readonly secret: Uint8Array | undefined;
  readonly open: boolean;
  readonly archives: readonly string[];
  readonly journal: boolean;
  readonly heartbeatSeconds: number;
  readonly hostsMax: number;
}

export type ToIngest =
  /** A thread wants to know the hosts. */
  | { readonly kind: 'attach'; readonly port: MessagePort }
  | { readonly kind: 'remove-host'; readonly number: number }
  | { readonly kind: 'close' };

export type FromIngest =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'closed' };
