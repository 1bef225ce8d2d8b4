import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../../base/errors.ts';
import { parseLiveRequest } from './live-request.ts';

test('what is left out is empty', () => {
  assert.deepEqual(parseLiveRequest('{"id":3}'), { id: 3, metrics: [], series: [], bands: [] });
});

test('whatever a page sends, it is a request or refused', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .record(
        { id: fc.anything(), metrics: fc.anything(), series: fc.anything(), bands: fc.anything() },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? 1 : item))),
  );
  fc.assert(
    fc.property(text, (given) => {
      try {
        const { metrics, bands, series } = parseLiveRequest(given);
        assert.ok([...metrics, ...bands].every((name) => typeof name === 'string'));
        assert.ok(series.every(({ host, key }) => typeof host + typeof key === 'stringstring'));
      } catch (error) {
        assert.ok(error instanceof InputError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
