import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { diffLines } from './line-diff.ts';

const SIGNS = { same: ' ', added: '+', removed: '-', skipped: '~' } as const;

function shown(before: string, after: string): string[] {
  return diffLines(before, after).map(({ kind, text }) => SIGNS[kind] + text);
}

const cases = [
  { name: 'nothing', before: 'a\nb\n', after: 'a\nb\n', lines: ['~2 unchanged lines'] },
  { name: 'a line in between', before: 'a\nc\n', after: 'a\nb\nc\n', lines: [' a', '+b', ' c'] },
  { name: 'another line', before: 'a\nb\nc', after: 'a\nx\nc', lines: [' a', '-b', '+x', ' c'] },
  { name: 'everything', before: '', after: 'a\nb', lines: ['+a', '+b'] },
  { name: 'all gone', before: 'a\nb\n', after: '', lines: ['-a', '-b'] },
];
for (const { name, before, after, lines } of cases) {
  test(`${name} differs`, () => assert.deepEqual(shown(before, after), lines));
}

test('far from a change, lines are counted', () => {
  const before = Array.from({ length: 20 }, (_, line) => `line ${line}`).join('\n');
  assert.deepEqual(shown(before, before.replace('line 10', 'x')), [
    '~7 unchanged lines',
    ' line 7',
    ' line 8',
    ' line 9',
    '-line 10',
    '+x',
    ' line 11',
    ' line 12',
    ' line 13',
    '~6 unchanged lines',
  ]);
});

test('removed and added lines are the whole difference', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const lines = diffLines(a.join('\n'), b.join('\n'));
      const count = (kind: string) => lines.filter((line) => line.kind === kind).length;
      const size = (text: string[]) => text.join('\n').replace(/\n$/, '').split('\n').length;
      const whole = (text: string[]) => (text.join('\n') === '' ? 0 : size(text));
      assert.equal(count('added') - count('removed'), whole(b) - whole(a));
    }),
  );
});

test('texts that differ much are shown as replaced, soon', () => {
  const text = (word: string) => Array.from({ length: 2_100 }, (_, line) => word + line).join('\n');
  assert.equal(diffLines(text('a'), text('b')).length, 4_200);
});
