import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { durationText, parseDuration } from './duration.ts';
import { blockId, blockStart, hostOfBlock, layoutArchives } from './layout.ts';

const DEFAULT = ['1s:6h', '10s:2d', '5m:60d', '1h:3y'];

test('the archives of the default settings', () => {
  const table = layoutArchives(DEFAULT).map(
    ({ name, spanSeconds, rowsPerBlock, slots }) =>
      `${name} ${durationText(spanSeconds)} ${rowsPerBlock} ${slots}`,
  );
  assert.deepEqual(table, [
    '1s 150s 150 145',
    '10s 20m 120 145',
    '5m 10h 120 145',
    '1h 5d 120 220',
  ]);
});

const refused: [specs: string[], why: RegExp][] = [
  [[], /1 to 8 archives/],
  [['10s:1d'], /first archive must have a step of 1s/],
  [['1s:1h', '1s:1d'], /no multiple/],
  [['1s:1h', '10s:2d', '15s:3d'], /no multiple/],
  [['1s:10m', '10s:2d'], /must keep at least 40m/],
  [['1s:1m'], /must keep at least/],
  [['1s'], /not two durations/],
  [['1s:6h:0.5'], /not two durations/],
  [['1s:-6h'], /not two durations/],
  [['1s:6x'], /not two durations/],
];
for (const [specs, why] of refused) {
  test(`archives ${JSON.stringify(specs)} are refused`, () => {
    assert.throws(() => layoutArchives(specs), { code: 'archive', message: why });
  });
}

const durations: [string, number | undefined][] = [
  ['1s', 1],
  ['90s', 90],
  ['5m', 300],
  ['3y', 94_608_000],
  ['0s', undefined],
  ['1.5h', undefined],
  ['', undefined],
  ['s', undefined],
];
for (const [text, seconds] of durations) {
  test(`duration ${JSON.stringify(text)} is ${seconds}`, () => {
    assert.equal(parseDuration(text), seconds);
    if (seconds) assert.equal(parseDuration(durationText(seconds)), seconds);
  });
}

test('law: a block covers its second; blocks of a host follow one another; a slot comes again after all others', () => {
  const archives = layoutArchives(DEFAULT);
  fc.assert(
    fc.property(
      fc.constantFrom(...archives),
      fc.nat(20_000),
      fc.integer({ min: 1e9, max: 3e9 }),
      (archive, host, second) => {
        const start = blockStart(archive, host, second);
        assert.ok(start <= second && second < start + archive.spanSeconds);
        assert.equal(start % archive.stepSeconds, 0);
        assert.equal(blockStart(archive, host, start), start);
        assert.equal(
          blockStart(archive, host, start + archive.spanSeconds),
          start + archive.spanSeconds,
        );
        const id = blockId(archive, host, start);
        assert.equal(hostOfBlock(id), host);
        const turn = archive.slots * archive.spanSeconds;
        assert.equal(blockId(archive, host, start + turn), id);
        assert.notEqual(blockId(archive, host, start + archive.spanSeconds), id);
      },
    ),
  );
});

test('the ends of blocks are spread over time', () => {
  const [finest] = layoutArchives(DEFAULT);
  assert.ok(finest);
  const perSecond = new Map<number, number>();
  for (let host = 1; host <= 1000; host += 1) {
    const end = blockStart(finest, host, 1e9) % finest.spanSeconds;
    perSecond.set(end, (perSecond.get(end) ?? 0) + 1);
  }
  assert.ok(Math.max(...perSecond.values()) <= 8, 'five in the mean');
});
