/**
 * The transfer engine: the `tftp` package's server side, corrected where real clients and lossy networks break it
 * (docs/decisions/0031-tftp-engine.md). Nothing else in clustermon knows the package.
 */
import { createRequire } from 'node:module';
import type { Readable, Writable } from 'node:stream';
import { BLOCK_SIZE_DEFAULT, canonicalRequest, type ReadRequest } from './request.ts';
import type { Peer, TransferSocket } from './socket.ts';

/** First retransmission after a second unless the client asks otherwise, then doubling. */
const TIMEOUT_MS = 1000;
const RETRIES = 5;
/** A client that lost a whole window says so once for each packet behind the gap: one answer is enough. */
const RESEND_PAUSE_MS = 20;

interface Block {
  readonly block: number;
  readonly data: Buffer;
}

/** The parts of the package's objects that the corrections touch (lib/protocol/writer.js, request.js). */
interface EngineWindow {
  readonly _windowSize: number;
  readonly _writerTimer: Retransmitter;
  readonly _restransmitterSendFn: () => void;
  readonly _sendFn: (block: Block) => void;
  _blocks: Block[];
  _pending: number;
  _eof: boolean;
  _cb: (() => void) | null;
}

interface EngineWriter {
  _window: EngineWindow | null;
  _requestTimer: Retransmitter;
  _responseExtensions: Record<string, number> | null;
  _createRetransmitter: () => Retransmitter;
  _onAck: (ack: { readonly block: number }) => void;
  _close: (error?: Error) => void;
}

interface EnginePutStream extends Writable {
  readonly _writer: EngineWriter;
  onReady: () => void;
  setSize(bytes: number): void;
}

interface EngineGetStream extends Readable {
  abort(reason?: string): void;
}

interface EngineHelper {
  readonly _rinfo: Peer;
  readonly _socket: TransferSocket;
  sendErrorAndClose(error: { readonly message: string }): void;
}

const load = createRequire(import.meta.url);
const GetStream = load('tftp/lib/streams/server/get-stream.js') as new () => EngineGetStream;
const PutStream = load('tftp/lib/streams/server/put-stream.js') as new (
  files: { get: Record<string, boolean>; put: Record<string, boolean> },
  helper: EngineHelper,
  request: Buffer,
  options: object,
  partner: EngineGetStream,
) => EnginePutStream;

export interface Transfer {
  /** Ends it with an ERROR to the client. */
  abort(reason: string): void;
}

/**
 * Sends one file to one client.
 * @param content its bytes; read as fast as the client takes them
 * @param done    called once: without an error when the client has acknowledged the last block
 */
export function sendFile(
  {
    request,
    peer,
    socket,
    content,
    sizeBytes,
    retransmitMs = TIMEOUT_MS,
  }: {
    readonly request: ReadRequest;
    readonly peer: Peer;
    readonly socket: TransferSocket;
    readonly content: Readable;
    readonly sizeBytes: number;
    readonly retransmitMs?: number;
  },
  done: (error: Error | undefined) => void,
): Transfer {
  let ended = false;
  const end = (error?: Error) => {
    if (ended) return;
    ended = true;
    content.destroy();
    done(error);
  };
  const gets = new GetStream();
  // Attached before anything can fail: the package throws an 'error' event that nobody hears.
  gets.on('error', end);
  gets.on('abort', () => end(new Error('aborted by the server')));
  gets.on('close', () => setImmediate(end));
  const { options } = request;
  const puts = new PutStream(
    { get: {}, put: {} },
    {
      _rinfo: peer,
      _socket: socket,
      sendErrorAndClose: ({ message }) => end(new Error(message)),
    },
    canonicalRequest(request),
    {
      retries: RETRIES,
      extensions: {
        timeout: TIMEOUT_MS,
        blksize: options.blksize ?? BLOCK_SIZE_DEFAULT,
        windowsize: options.windowsize ?? 1,
        rollover: 0,
      },
    },
    gets,
  );
  const writer = puts._writer;
  const firstMs = options.timeout === undefined ? retransmitMs : options.timeout * 1000;
  writer._createRetransmitter = () =>
    new Retransmitter(firstMs, () => writer._close(new Error('timed out')));
  writer._requestTimer = writer._createRetransmitter();
  writer._onAck = ({ block }) => acknowledge(writer._window, block);
  puts.onReady = () => {
    const acknowledged = writer._responseExtensions;
    if (options.timeout !== undefined && acknowledged) {
      acknowledged['timeout'] = options.timeout;
      if (options.blksize === undefined) delete acknowledged['blksize'];
    }
    puts.setSize(sizeBytes);
    content.pipe(puts);
  };
  content.on('error', () => gets.abort('I/O error'));
  return { abort: (reason) => gets.abort(reason) };
}

/** Retransmission with doubling pauses, in place of the package's constant one. */
class Retransmitter {
  readonly #firstMs: number;
  readonly #giveUp: () => void;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;

  constructor(firstMs: number, giveUp: () => void) {
    this.#firstMs = firstMs;
    this.#giveUp = giveUp;
  }

  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tries = 0;
  }

  start(send: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        if (this.#tries >= RETRIES) {
          this.#giveUp();
          return;
        }
        this.#tries += 1;
        send();
        this.start(send);
      },
      this.#firstMs * 2 ** this.#tries,
    );
  }
}

const lastResendMs = new WeakMap<EngineWindow, number>();

/**
 * An acknowledgement (RFC 7440 §4): what it covers leaves the window; a part that it does not cover is sent again together with new
 * blocks that fill the window up. A repeated acknowledgement never repeats data when the window is one block (RFC 1123 §4.2.3.1).
 */
function acknowledge(window: EngineWindow | null, block: number): void {
  const first = window?._blocks[0];
  if (!window || !first) return;
  const covered = window._blocks.findIndex((candidate) => candidate.block === block) + 1;
  if (covered === 0) {
    const isBeforeFirst = ((block + 1) & 0xffff) === first.block;
    const nowMs = Date.now();
    const isFresh = nowMs - (lastResendMs.get(window) ?? 0) > RESEND_PAUSE_MS;
    if (isBeforeFirst && window._windowSize > 1 && window._cb && isFresh) {
      lastResendMs.set(window, nowMs);
      resend(window);
    }
    return;
  }
  window._blocks = window._blocks.slice(covered);
  window._writerTimer.reset();
  if (window._eof && window._blocks.length > 0) {
    resend(window);
    return;
  }
  window._pending = window._windowSize - window._blocks.length;
  const proceed = window._cb;
  window._cb = null;
  proceed?.();
}

function resend(window: EngineWindow): void {
  window._writerTimer.reset();
  window._writerTimer.start(window._restransmitterSendFn);
  window._blocks.forEach(window._sendFn);
}
