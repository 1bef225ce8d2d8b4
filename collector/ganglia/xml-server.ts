import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Listening, listenForConnections } from '../inlets/tcp-server.ts';

/** Readers at a time, each port for itself; more wait for nobody. */
const CLIENTS_MAX = 16;
/** A reader that takes nothing for so long, or asks nothing, is gone. */
const IDLE_MS_MAX = 10_000;
/** Of a question, as in gmetad. */
const QUESTION_BYTES_MAX = 2048;

export interface XmlServerOptions {
  readonly address: string;
  readonly port: number;
  /** Who may read. */
  isKnown(address: string): boolean;
}

/**
 * Gives each client a document and closes, as gmond and gmetad do.
 * @param answer makes the pieces of a document, one turn of the event loop each; undefined closes without an answer
 * @param asks whether clients send a line first
 * @throws WorldError `listen`
 */
export async function serveXml(
  { address, port, isKnown }: XmlServerOptions,
  answer: (question: string) => Iterable<string> | undefined,
  { asks }: { readonly asks: boolean },
): Promise<Listening> {
  const options = {
    address,
    port,
    connectionsMax: CLIENTS_MAX,
    idleMsMax: IDLE_MS_MAX,
    purpose: "serve Ganglia's XML",
    advice: 'collector.gangliaGmondPort, gangliaGmetadPort and gangliaQueryPort name others',
  };
  return listenForConnections(options, (socket) => {
    if (isKnown(socket.remoteAddress ?? '')) void serve(socket, answer, asks);
    else socket.destroy();
  });
}

async function serve(
  socket: Socket,
  answer: (question: string) => Iterable<string> | undefined,
  asks: boolean,
): Promise<void> {
  const question = asks ? await questionOf(socket) : '';
  // What is not read when the socket is closed makes the kernel drop what was written.
  socket.resume();
  const pieces = question === undefined ? undefined : answer(question);
  if (!pieces) {
    socket.destroy();
    return;
  }
  try {
    await pipeline(Readable.from(unhurried(pieces)), socket);
  } catch (error) {
    // Those of sockets have a code.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

/** Others have their turn after each piece. */
async function* unhurried(pieces: Iterable<string>): AsyncGenerator<string> {
  for (const piece of pieces) {
    if (piece !== '') yield piece;
    await nextTurn();
  }
}

/** The first line, ended by either character that ends one; undefined when it is too long or the client goes. */
async function questionOf(socket: Socket): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  let text = '';
  const take = (bytes: Buffer) => {
    text += bytes.toString('latin1');
    const end = text.search(/[\r\n]/);
    if (end >= 0) resolve(text.slice(0, end));
    else if (text.length > QUESTION_BYTES_MAX) resolve(undefined);
  };
  socket.on('data', take);
  socket.on('close', () => resolve(undefined));
  const question = await promise;
  socket.off('data', take);
  return question;
}
