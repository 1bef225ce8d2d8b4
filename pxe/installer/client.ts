import { reasonOf } from '../../base/errors.ts';
import type { Manifest } from '../image/manifest.ts';
import type {
  FoundClasses,
  Hello,
  HelloAnswer,
  OrderAnswer,
  Report,
  Secrets,
  Signed,
  TicketHolder,
} from './protocol.ts';
import { openSigned } from './signature.ts';

const RETRY_PAUSE_MS = 2000;
const ANSWER_MS_MAX = 60_000;
/** A connection that brings nothing for so long is taken for dead: an appliance that lost its power says no goodbye. */
const SILENCE_MS = 20_000;

/** Refused by the appliance: asking again would not help. */
export class Refusal extends Error {
  /** The appliance's error code, such as `ticket-used`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}

export interface ApplianceOptions {
  /** Of its boot port, without a slash at the end. */
  readonly server: string;
  /** PEM; what it signs is checked with it. */
  readonly publicKey: string;
  /** Hears once, for each request, that the appliance does not answer. */
  readonly onSilence?: (reason: string) => void;
  /** Until a request is repeated; 2 s unless told otherwise. */
  readonly retryMs?: number;
}

/**
 * The installer's side of the protocol. Requests are repeated until the appliance answers, however long that takes: an installation
 * goes on where it was when the appliance or the network is back.
 */
export class Appliance {
  readonly #options: ApplianceOptions;

  constructor(options: ApplianceOptions) {
    this.#options = options;
  }

  hello(hello: Hello): Promise<HelloAnswer> {
    return this.#post<HelloAnswer>('hello', hello);
  }

  classes(found: FoundClasses): Promise<void> {
    return this.#post<void>('classes', found);
  }

  order(mac: string, version: string): Promise<OrderAnswer> {
    return this.#get<OrderAnswer>(`order?${new URLSearchParams({ mac, version })}`);
  }

  report(report: Report): Promise<void> {
    return this.#post<void>('report', report);
  }

  secrets(holder: TicketHolder): Promise<Secrets> {
    return this.#post<Secrets>('secrets', holder);
  }

  renewTicket(holder: TicketHolder): Promise<void> {
    return this.#post<void>('ticket', holder);
  }

  done(holder: TicketHolder): Promise<void> {
    return this.#post<void>('done', holder);
  }

  /** Opens an order or another document that the appliance has signed. */
  open<T>(signed: Signed): T {
    return openSigned<T>(signed, this.#options.publicKey);
  }

  space(sha256: string): Promise<Buffer> {
    return this.#ask(`space/${sha256}.tar`, {}, async (response) =>
      Buffer.from(await response.arrayBuffer()),
    );
  }

  async manifest(id: string): Promise<Manifest> {
    return this.open<Manifest>(await this.#get<Signed>(`image/${id}/manifest`));
  }

  /** The archive of an image from byte `from` on; ends early when the connection does. */
  imageFrom(id: string, from: number): Promise<AsyncIterable<Uint8Array>> {
    const headers = { range: `bytes=${from}-` };
    return this.#ask(`image/${id}/data`, { headers }, async (response, stop) => {
      if (from > 0 && response.status !== 206) throw new Refusal('image-extract', 'no byte ranges');
      return untilSilent(response.body as unknown as AsyncIterable<Uint8Array>, stop);
    });
  }

  #get<T>(path: string): Promise<T> {
    return this.#ask(path, {}, async (response) => (await response.json()) as T);
  }

  #post<T>(path: string, body: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return this.#ask(path, init, async (response) => {
      const text = await response.text();
      return (text === '' ? undefined : JSON.parse(text)) as T;
    });
  }

  /** @param read takes the answer in; one that breaks off in the middle is asked for again */
  async #ask<T>(
    path: string,
    init: RequestInit,
    read: (response: Response, stop: AbortController) => Promise<T>,
  ): Promise<T> {
    const { server, onSilence, retryMs = RETRY_PAUSE_MS } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      const stop = new AbortController();
      const silent = setTimeout(() => stop.abort(), ANSWER_MS_MAX);
      try {
        const url = `${server}/installer/${path}`;
        const response = await fetch(url, { ...init, signal: stop.signal });
        if (response.ok) return await read(response, stop);
        const text = await response.text();
        if (response.status < 500) throw refusalOf(text);
        throw new Error(`${response.status} ${text}`);
      } catch (cause) {
        if (cause instanceof Refusal) throw cause;
        if (attempt === 0) onSilence?.(reasonOf(cause));
      } finally {
        clearTimeout(silent);
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

/** Hands a stream on until it ends, or brings nothing for `SILENCE_MS` while we wait for it. */
async function* untilSilent(
  stream: AsyncIterable<Uint8Array>,
  stop: AbortController,
): AsyncGenerator<Uint8Array> {
  let silent = setTimeout(() => stop.abort(), SILENCE_MS);
  try {
    for await (const data of stream) {
      clearTimeout(silent);
      yield data;
      silent = setTimeout(() => stop.abort(), SILENCE_MS);
    }
  } finally {
    clearTimeout(silent);
    // Who stops reading in the middle wants no more of it.
    stop.abort();
  }
}

/** @param text body of an answer: `{"code": …, "message": …}`, or anything when it is not by the appliance */
function refusalOf(text: string): Refusal {
  try {
    const { code, message } = JSON.parse(text) as { code?: string; message?: string };
    return new Refusal(code ?? 'refused', message ?? text);
  } catch {
    return new Refusal('refused', text);
  }
}
