import { gunzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InputError } from '../../base/errors.ts';
import { Families } from './families.ts';
import { influxLines, parseInflux, precisionMs } from './influx.ts';
import type { SampleTaker } from './received-sample.ts';
import { RefusalTally } from './refusals.ts';
import { readWriteRequest } from './remote-write.ts';
import type { InletSettings } from './settings.ts';
import { unpackSnappy } from './snappy.ts';

/** A body as it comes, and unpacked: reading it takes the time of the whole collector. */
const BODY_BYTES_MAX = 4 << 20;
const UNPACKED_BYTES_MAX = 8 << 20;
const LINES_MAX = 50_000;

/** Where InfluxDB's clients and Prometheus write to; writing needs the role `operator`. */
export async function inletRoutes(
  app: FastifyInstance,
  settings: Pick<InletSettings, 'influxWrite' | 'remoteWrite'>,
  into: SampleTaker,
): Promise<void> {
  await app.register((scope, _options, registered) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
      (_request, body, done) => done(null, body),
    );
    if (settings.influxWrite) influxRoutes(scope, into);
    if (settings.remoteWrite) remoteWriteRoute(scope, into);
    registered();
  });
}

function influxRoutes(scope: FastifyInstance, into: SampleTaker): void {
  for (const path of ['/write', '/api/v2/write']) {
    scope.post(path, async (request, reply) => {
      const { precision } = request.query as Readonly<Record<string, string | undefined>>;
      const options = { unitMs: precisionMs(precision), sender: request.ip };
      const lines = influxLines(textOf(request));
      if (lines.length > LINES_MAX) {
        const reason = `has ${lines.length} points, the limit is ${LINES_MAX}; send smaller ones`;
        throw new InputError('inlet-body', `body: ${reason}`, { field: 'body' });
      }
      takeAll(
        lines.map((line) => () => {
          for (const sample of parseInflux(line, options)) into.take(sample);
        }),
        'points',
      );
      return reply.code(204).send();
    });
  }
  // Clients look here whether we are there.
  scope.get('/ping', async (_request, reply) => reply.code(204).send());
}

function remoteWriteRoute(scope: FastifyInstance, into: SampleTaker): void {
  const families = new Families();
  scope.post('/api/v1/write', async (request, reply) => {
    if (request.headers['content-type']?.includes('io.prometheus.write.v2')) {
      throw new InputError(
        'inlet-body',
        'Content-Type: remote write 2.0 is not understood; set protobuf_message to prometheus.WriteRequest',
        { field: 'Content-Type' },
      );
    }
    const series = readWriteRequest(unpackSnappy(bytesOf(request), UNPACKED_BYTES_MAX), families);
    takeAll(
      series.map((one) => () => {
        if (one instanceof InputError) throw one;
        into.take(one);
      }),
      'series',
    );
    return reply.code(204).send();
  });
}

/** Takes what can be taken; what is refused does not keep the others out. @throws InputError that tells of the first one refused, and of all by field */
function takeAll(takes: readonly (() => void)[], what: string): void {
  const tally = new RefusalTally();
  for (const take of takes) {
    try {
      take();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      tally.add(error);
    }
  }
  const { count, first } = tally;
  if (!first) return;
  const text = `${count} of ${takes.length} ${what} refused (${tally}), the first: ${first.message}`;
  throw new InputError(first.code, text, { cause: first });
}

function bytesOf({ body }: FastifyRequest): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array(0);
}

function textOf(request: FastifyRequest): string {
  const bytes = bytesOf(request);
  if (request.headers['content-encoding'] !== 'gzip') return Buffer.from(bytes).toString();
  try {
    return gunzipSync(bytes, { maxOutputLength: UNPACKED_BYTES_MAX }).toString();
  } catch (error) {
    throw new InputError(
      'inlet-body',
      `body: is not gzip, or unpacks to more than ${UNPACKED_BYTES_MAX} bytes`,
      { field: 'body', cause: error },
    );
  }
}
