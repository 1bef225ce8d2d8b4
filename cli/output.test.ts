import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable, printable, printableText } from './output.ts';

test('columns line up, numbers to the right, what is missing is a dash', () => {
  assert.equal(
    formatTable(
      ['NAME', 'LOAD'],
      [
        ['n001', 12.5],
        ['long-name', undefined],
      ],
    ),
    'NAME       LOAD\nn001       12.5\nlong-name     -\n',
  );
});

const texts: readonly [string, string][] = [
  ['n001', 'n001'],
  ['größe 😀', 'größe 😀'],
  ['\u001b[31mred', '?[31mred'],
  ['a\nb\r\tc', 'a?b??c'],
  ['\u202eright to left', '?right to left'],
  ['\u0085\u009b', '??'],
];
for (const [text, shown] of texts) {
  test(`${JSON.stringify(text)} is shown as ${shown}`, () => {
    assert.equal(printable(text), shown);
  });
}

test('what machines say keeps its lines and tabs, and moves no cursor', () => {
  assert.equal(printableText('one\n\ttwo\r\n\u001b[2J\u009b1m\u202e'), 'one\n\ttwo\r\n?[2J?1m?');
});
