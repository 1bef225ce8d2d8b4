import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAMILY_TYPES, Families, type Family } from './families.ts';
import { readWriteRequest } from './remote-write.ts';
import { metadataRequest, writeRequest } from './testing/write-request.ts';

const FAMILIES: readonly Pick<Family, 'name' | 'type'>[] = [
  { name: 'requests', type: 'counter' },
  { name: 'jobs_total', type: 'counter' },
  { name: 'mem_total', type: 'gauge' },
  { name: 'seconds', type: 'histogram' },
  { name: 'latency', type: 'summary' },
  { name: 'odd_count', type: 'unknown' },
];

const slopes: readonly [name: string, slope: string][] = [
  ['requests_total', 'positive'],
  ['jobs_total', 'positive'],
  ['mem_total', 'both'],
  ['seconds_bucket', 'positive'],
  ['seconds_sum', 'positive'],
  ['latency', 'both'],
  ['latency_count', 'positive'],
  // Not told of: by their names.
  ['odd_count', 'positive'],
  ['other_total', 'positive'],
  ['other_bucket', 'positive'],
  ['other', 'unspecified'],
  ['count', 'unspecified'],
];
test('what is a counter goes by what the sender told, then by the name', () => {
  const families = new Families();
  for (const family of FAMILIES) families.learn({ ...family, help: '', unit: '' });
  const found = slopes.map(([name]) => [name, families.meaning(name).slope]);
  assert.deepEqual(found, slopes);
});

test('the newest of two tellings counts, and texts that are too long are left out', () => {
  const families = new Families();
  families.learn({ name: 'a', type: 'counter', help: 'first', unit: 'bytes' });
  families.learn({ name: 'a', type: 'gauge', help: 'ä'.repeat(257), unit: 'b'.repeat(33) });
  assert.deepEqual(families.meaning('a'), { slope: 'both', units: '', description: '' });
});

test('the help of what has no type is told, too', () => {
  const families = new Families();
  families.learn({ name: 'a', type: 'unknown', help: 'A.', unit: '' });
  assert.deepEqual(families.meaning('a'), {
    slope: 'unspecified',
    units: '',
    description: 'A.',
  });
});

test('families beyond the limit push out the oldest', () => {
  const families = new Families();
  for (let index = 0; index <= 10_000; index += 1) {
    families.learn({ name: `m${index}`, type: 'gauge', help: '', unit: '' });
  }
  assert.equal(families.meaning('m0').slope, 'unspecified');
  assert.equal(families.meaning('m1').slope, 'both');
  families.learn({ name: 'm'.repeat(129), type: 'gauge', help: '', unit: '' });
  assert.equal(families.meaning('m1').slope, 'both');
});

test('remote write: metadata of one request holds for the samples of the next', () => {
  const families = new Families();
  const labels = { __name__: 'queue', host: 'w1' };
  const request = writeRequest([{ labels, samples: [{ value: 1, timeMs: 0 }] }]);
  const slope = () => {
    const [one] = readWriteRequest(request, families);
    return one && 'meaning' in one ? one.meaning : assert.fail();
  };
  assert.deepEqual(slope(), { slope: 'unspecified', units: '', description: '' });
  const type = FAMILY_TYPES.indexOf('counter');
  assert.deepEqual(
    readWriteRequest(metadataRequest([{ name: 'queue', type, help: 'Q' }]), families),
    [],
  );
  assert.deepEqual(slope(), { slope: 'positive', units: '', description: 'Q' });
});
