/** Where `clustermon metric send` brings values: a Unix socket, one JSON object a line, one answer a line. */
import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { InputError, reasonOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { parseUserValue, type UserValue } from './user-metrics.ts';

/** Bytes of a line. */
const LINE_MAX = 16 * 1024;
const CONNECTIONS_MAX = 32;
const IDLE_MS_MAX = 10_000;

export interface MetricSocket {
  close(): void;
}

/**
 * Listens on `path`; an agent that runs there already keeps it, and this one goes on without.
 * @param accept throws InputError for values that it refuses; the sender is told
 */
export async function openMetricSocket(
  path: string,
  accept: (value: UserValue) => void,
  log: Log,
): Promise<MetricSocket> {
  const server = createServer((socket) => serve(socket, accept));
  server.maxConnections = CONNECTIONS_MAX;
  try {
    if (await isServed(path)) throw new Error('another agent listens there');
    rmSync(path, { force: true });
    await listen(server, path);
    return { close: () => server.close() };
  } catch (error) {
    log.warn('metric-socket', { path, reason: reasonOf(error) });
    return { close: () => undefined };
  }
}

function serve(socket: Socket, accept: (value: UserValue) => void): void {
  let pending = '';
  socket.setEncoding('utf8');
  socket.setTimeout(IDLE_MS_MAX, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    const lines = (pending + chunk).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) socket.write(`${JSON.stringify(answer(line, accept))}\n`);
    if (pending.length > LINE_MAX) socket.destroy();
  });
}

function answer(line: string, accept: (value: UserValue) => void): object {
  try {
    accept(parseUserValue(line));
    return { ok: true };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

/** A socket file that nobody listens on is what a killed agent leaves. */
function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}
