import { get, type IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { InputError } from '../../base/errors.ts';
import { Exposition, type ExpositionOptions } from './exposition.ts';

/** Bytes of an answer: 100,000 series and more. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

/** The text format is asked for first: what OpenMetrics adds, exemplars and the times of creation, is not kept. */
const ACCEPT =
  'text/plain;version=0.0.4;q=1, application/openmetrics-text;version=1.0.0;q=0.5, */*;q=0.1';

/**
 * Asks an exporter once. Redirects are not followed.
 * @returns what the answer said of its metrics; its samples went to `onSample`
 * @throws InputError `exporter-answer` for an answer that is none, `exposition-invalid` for one that cannot be read; what the network gave
 */
export async function scrape(
  url: string,
  onSample: ExpositionOptions['onSample'],
  signal: AbortSignal,
): Promise<Exposition> {
  const answer = await request(url, signal);
  const { statusCode, headers } = answer;
  if (statusCode !== 200) {
    answer.destroy();
    throw refused(url, `answers with status ${statusCode}`);
  }
  const isOpenMetrics = /^application\/openmetrics-text\b/.test(headers['content-type'] ?? '');
  const exposition = new Exposition({ isOpenMetrics, onSample });
  let bytes = 0;
  answer.setEncoding('utf8');
  for await (const piece of answer as AsyncIterable<string>) {
    bytes += Buffer.byteLength(piece);
    if (bytes > ANSWER_BYTES_MAX) {
      throw refused(url, `answers with more than ${ANSWER_BYTES_MAX} bytes`);
    }
    exposition.push(piece);
    // A long answer must not hold up the second's sampling.
    await setImmediate();
  }
  exposition.end();
  return exposition;
}

function request(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // No pool of connections: one request in many seconds is not worth a socket that stays open.
    get(url, { agent: false, headers: { accept: ACCEPT }, signal }, resolve).on('error', reject);
  });
}

function refused(url: string, reason: string): InputError {
  return new InputError('exporter-answer', `${url} ${reason}`, { field: 'agent.exporters' });
}
