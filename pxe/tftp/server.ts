/** TFTP for what firmware can fetch in no other way: read-only, jailed, bounded. */
import type { RemoteInfo } from 'node:dgram';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import type { Clock } from '../../base/clock.ts';
import { InputError, WorldError } from '../../base/errors.ts';
import { sendFile, type Transfer } from './engine.ts';
import {
  BLOCK_SIZE_MAX,
  errorPacket,
  normalizeName,
  parseReadRequest,
  type ReadRequest,
  TFTP_ERROR,
  toNetascii,
} from './request.ts';
import { type Peer, TransferSocket } from './socket.ts';

/** What a name stands for: a file of the disk, or bytes that are made for this machine. */
export type TftpContent = { readonly path: string } | { readonly bytes: Buffer };

export interface TftpOptions {
  /** The address that machines ask; answers leave from it. */
  readonly address: string;
  readonly port: number;
  /** The content of a normalized name, or undefined: "file not found". */
  readonly find: (name: string, peer: Peer) => Promise<TftpContent | undefined>;
  /** Largest block for this client, when its firmware needs a smaller one than 1468. */
  readonly blockSizeMaxOf?: (peer: Peer) => number | undefined;
  readonly onEvent: (peer: Peer, kind: string, text: string) => void;
  readonly clock: Clock;
  /** First retransmission, unless the client's `timeout` says otherwise; then doubling. */
  readonly retransmitMs?: number;
}

/** More machines than this wait for a retry of theirs: each transfer is a socket and some buffers. */
export const TRANSFERS_MAX = 512;
/** One machine asks for one file at a time; a few more are retries whose first answer was lost. */
const TRANSFERS_PER_CLIENT_MAX = 8;
/** 300 machines that power on together ask within one tick. */
const RECEIVE_BUFFER_BYTES = 1 << 20;
/** Only GRUB under Secure Boot fetches more than a few MB, the installer's initramfs; block numbers roll over as often as needed. */
const FILE_BYTES_MAX = 1 << 30;

export class TftpServer {
  readonly #options: TftpOptions;
  readonly #transfers = new Map<string, Transfer | undefined>();
  readonly #perClient = new Map<string, number>();
  #socket: SocketAsPromised | undefined;

  constructor(options: TftpOptions) {
    this.#options = options;
  }

  /** @throws WorldError `tftp-listen` */
  async open(): Promise<void> {
    const { address, port } = this.#options;
    const socket = DgramAsPromised.createSocket({
      type: 'udp4',
      recvBufferSize: RECEIVE_BUFFER_BYTES,
    });
    try {
      await socket.bind(port, address);
    } catch (error) {
      throw new WorldError('tftp-listen', `cannot listen on ${address} UDP port ${port}`, error);
    }
    socket.socket.on('error', () => {});
    socket.socket.on('message', (bytes, from) => void this.#receive(bytes, from));
    this.#socket = socket;
  }

  /** The port that is listened on: for tests that ask for port 0. */
  get port(): number {
    return this.#socket?.address().port ?? 0;
  }

  get transferCount(): number {
    return this.#transfers.size;
  }

  async close(): Promise<void> {
    for (const transfer of this.#transfers.values()) transfer?.abort('the server stops');
    await this.#socket?.close();
    this.#socket = undefined;
  }

  async #receive(bytes: Buffer, from: RemoteInfo): Promise<void> {
    // Port 0 wants no answer (RFC 768); node:dgram throws on it.
    if (from.port === 0) return;
    const peer = { address: from.address, port: from.port };
    const key = `${peer.address}:${peer.port}`;
    // A repeated request of a transfer that is under way: its own retransmission answers.
    if (this.#transfers.has(key)) return;
    let request: ReadRequest;
    try {
      request = parseReadRequest(bytes, this.#options.blockSizeMaxOf?.(peer) ?? BLOCK_SIZE_MAX);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#refuseMalformed(peer, error);
      return;
    }
    const active = this.#perClient.get(peer.address) ?? 0;
    if (this.#transfers.size >= TRANSFERS_MAX || active >= TRANSFERS_PER_CLIENT_MAX) {
      // Silence: the client asks again in a second, when there may be room; an ERROR would end its boot.
      this.#options.onEvent(
        peer,
        'tftp-busy',
        `${request.file}: ${this.#transfers.size} transfers under way`,
      );
      return;
    }
    this.#transfers.set(key, undefined);
    this.#perClient.set(peer.address, active + 1);
    try {
      const content = await this.#read(request, peer);
      if (content) this.#send(key, request, peer, content);
      else this.#end(key, peer);
    } catch (error) {
      this.#end(key, peer);
      this.#refuse(peer, TFTP_ERROR.undefined, 'I/O error');
      this.#options.onEvent(peer, 'tftp-failed', `${request.file}: ${String(error)}`);
    }
  }

  async #read(request: ReadRequest, peer: Peer): Promise<Content | undefined> {
    const name = normalizeName(request.file);
    const found = name === undefined ? undefined : await this.#options.find(name, peer);
    if (!found) {
      this.#refuse(
        peer,
        name === undefined ? TFTP_ERROR.accessViolation : TFTP_ERROR.notFound,
        'file not found',
      );
      this.#options.onEvent(peer, 'tftp-missing', request.file);
      return undefined;
    }
    if ('bytes' in found)
      return readable(request.mode === 'netascii' ? toNetascii(found.bytes) : found.bytes);
    const file = await open(found.path);
    const { size } = await file.stat();
    if (size > FILE_BYTES_MAX) {
      await file.close();
      throw new Error(`larger than ${FILE_BYTES_MAX} bytes: fetch it by HTTP`);
    }
    if (request.mode === 'netascii') {
      const bytes = await file.readFile();
      await file.close();
      return readable(toNetascii(bytes));
    }
    return { stream: file.createReadStream(), sizeBytes: size };
  }

  #send(key: string, request: ReadRequest, peer: Peer, content: Content): void {
    const { address, onEvent, clock, retransmitMs } = this.#options;
    const socket = new TransferSocket(peer, address);
    const startMs = clock.nowMs();
    const transfer = sendFile(
      {
        request,
        peer,
        socket,
        content: content.stream,
        sizeBytes: content.sizeBytes,
        ...(retransmitMs !== undefined && { retransmitMs }),
      },
      (error) => {
        this.#end(key, peer);
        const seconds = ((clock.nowMs() - startMs) / 1000).toFixed(1);
        if (!error)
          onEvent(peer, 'tftp-sent', `${request.file}, ${content.sizeBytes} bytes in ${seconds} s`);
        else if (socket.peerErrorCode !== undefined && socket.acks === 0) {
          // UEFI asks for the size first and ends that transfer with ERROR 8: no failure.
          onEvent(peer, 'tftp-size', `${request.file}: asked for its size`);
        } else onEvent(peer, 'tftp-failed', `${request.file}: ${error.message} after ${seconds} s`);
      },
    );
    if (this.#transfers.has(key)) this.#transfers.set(key, transfer);
  }

  #end(key: string, peer: Peer): void {
    if (!this.#transfers.delete(key)) return;
    const left = (this.#perClient.get(peer.address) ?? 1) - 1;
    if (left > 0) this.#perClient.set(peer.address, left);
    else this.#perClient.delete(peer.address);
  }

  /** What is no request gets no answer: two servers could otherwise talk to each other for ever. */
  #refuseMalformed(peer: Peer, error: InputError): void {
    if (error.code === 'tftp-malformed') return;
    const code =
      error.code === 'tftp-write' ? TFTP_ERROR.accessViolation : TFTP_ERROR.illegalOperation;
    this.#refuse(peer, code, error.message);
  }

  #refuse({ address, port }: Peer, code: number, message: string): void {
    this.#socket?.socket.send(errorPacket(code, message), port, address, () => {});
  }
}

interface Content {
  readonly stream: Readable;
  readonly sizeBytes: number;
}

function readable(bytes: Buffer): Content {
  return { stream: Readable.from([bytes], { objectMode: false }), sizeBytes: bytes.length };
}
