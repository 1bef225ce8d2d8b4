import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isListed, splitDuration } from './silence-commands.ts';

for (const { words, want } of [
  { words: ['rack=r07'], want: { matchers: ['rack=r07'] } },
  { words: ['rack=r07', '2h'], want: { matchers: ['rack=r07'], seconds: 7200 } },
  {
    words: ['a=b', 'c=~d', '1h30m'],
    want: { matchers: ['a=b', 'c=~d'], seconds: 5400 },
  },
  // Alone it is no duration of anything: the matcher is missing, which is said of it.
  { words: ['2h'], want: { matchers: ['2h'] } },
  { words: ['a=b', 'soon'], want: { matchers: ['a=b', 'soon'] } },
]) {
  test(`silence add ${words.join(' ')}`, () => assert.deepEqual(splitDuration(words), want));
}

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
const silence = (state: 'pending' | 'active' | 'expired', endsAt: string) => ({
  status: { state },
  endsAt,
  createdBy: 'me',
});
const SOON = silence('active', '2026-11-21T13:00:00Z');
const LATER = silence('pending', '2026-12-21T13:00:00Z');
const OVER = silence('expired', '2026-11-21T11:00:00Z');
const LONG_OVER = silence('expired', '2026-11-20T11:00:00Z');

for (const { name, options, want } of [
  { name: 'without options', options: {}, want: [SOON, LATER] },
  { name: '--within 2h', options: { within: 7200 }, want: [SOON] },
  { name: '--expired', options: { expired: true }, want: [OVER, LONG_OVER] },
  { name: '--expired --within 2h', options: { expired: true, within: 7200 }, want: [OVER] },
  { name: '--created-by me', options: { createdBy: 'me' }, want: [SOON, LATER] },
  { name: '--created-by you', options: { createdBy: 'you' }, want: [] },
]) {
  test(`silence list ${name}`, () => {
    const all = [SOON, LATER, OVER, LONG_OVER];
    assert.deepEqual(
      all.filter((one) => isListed(one, options, NOW_MS)),
      want,
    );
  });
}
