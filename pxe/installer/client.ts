import { WorldError } from '../../base/errors.ts';
import type { Manifest } from '../image/manifest.ts';
import type {
  DoneReport,
  FoundClasses,
  Hello,
  HelloAnswer,
  OrderAnswer,
  Report,
  Secrets,
  SecretsRequest,
  Signed,
} from './protocol.ts';
import { openSigned } from './signature.ts';

/** An appliance that restarts is back within this time. */
const RETRY_MS_MAX = 10 * 60_000;
const RETRY_PAUSE_MS = 2000;
const ANSWER_MS_MAX = 60_000;

/** Refused by the appliance: asking again would not help. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
  }
}

/** The installer's side of the protocol. Requests are repeated until the appliance answers, ten minutes at most. */
export class Appliance {
  readonly #server: string;
  readonly #publicKey: string;

  constructor(server: string, publicKey: string) {
    this.#server = server;
    this.#publicKey = publicKey;
  }

  hello(hello: Hello): Promise<HelloAnswer> {
    return this.#post('hello', hello) as Promise<HelloAnswer>;
  }

  async classes(found: FoundClasses): Promise<void> {
    await this.#post('classes', found);
  }

  async order(mac: string): Promise<OrderAnswer> {
    const response = await this.#ask(`order?mac=${encodeURIComponent(mac)}`);
    return (await response.json()) as OrderAnswer;
  }

  async report(report: Report): Promise<void> {
    await this.#post('report', report);
  }

  secrets(request: SecretsRequest): Promise<Secrets> {
    return this.#post('secrets', request) as Promise<Secrets>;
  }

  async done(report: DoneReport): Promise<void> {
    await this.#post('done', report);
  }

  /** Opens an order or another document that the appliance has signed. */
  open<T>(signed: Signed): T {
    return openSigned<T>(signed, this.#publicKey);
  }

  async space(sha256: string): Promise<Buffer> {
    const response = await this.#ask(`space/${sha256}.tar`);
    return Buffer.from(await response.arrayBuffer());
  }

  async manifest(id: string): Promise<Manifest> {
    const response = await this.#ask(`image/${id}/manifest`);
    return this.open<Manifest>((await response.json()) as Signed);
  }

  /** The archive of an image from byte `from` on; ends early when the connection does. */
  async imageFrom(id: string, from: number): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#ask(`image/${id}/data`, { headers: { range: `bytes=${from}-` } });
    if (from > 0 && response.status !== 206) throw new Refusal(response.status, 'no byte ranges');
    return response.body as unknown as AsyncIterable<Uint8Array>;
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const response = await this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  }

  async #ask(path: string, init: RequestInit = {}): Promise<Response> {
    const until = Date.now() + RETRY_MS_MAX;
    for (;;) {
      try {
        const signal = path.endsWith('/data') ? null : AbortSignal.timeout(ANSWER_MS_MAX);
        const response = await fetch(`${this.#server}/installer/${path}`, { ...init, signal });
        if (response.ok) return response;
        const reason = await response.text();
        if (response.status < 500) throw new Refusal(response.status, `${path}: ${reason}`);
        throw new Error(`${response.status} ${reason}`);
      } catch (cause) {
        if (cause instanceof Refusal) throw cause;
        if (Date.now() > until)
          throw new WorldError('appliance-silent', `asking for ${path}`, cause);
        await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
      }
    }
  }
}
