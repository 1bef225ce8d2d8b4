import assert from 'node:assert/strict';
import test from 'node:test';
import { completionsAt } from './completion.ts';

const KNOWN = {
  metrics: ['cpu_user', 'cpu_idle', 'load_one'],
  labels: new Map([
    ['host', ['n001', 'n002']],
    ['rack', ['r01']],
    ['device', []],
  ]),
};

/** `|` is the cursor. */
const cases: readonly [text: string, choices: readonly string[]][] = [
  ['cpu|', ['cpu_user', 'cpu_idle']],
  ['rate(loa| [5m])', ['load_one']],
  ['c|', []],
  ['load_one{cp|', []],
  ['load_one{|', ['host', 'rack', 'device']],
  ['load_one{ra|', ['rack']],
  ['load_one{host="n001", ra|', ['rack']],
  ['load_one{host="|', ['n001', 'n002']],
  ['load_one{host=~"2|', ['n002']],
  ['load_one{host="x"|', []],
  ['sum by (ho|', ['host']],
  ['sum by (host, |', ['host', 'rack', 'device']],
  ['load_one{host="a"} and cpu_u|', ['cpu_user']],
  ['"cpu|', []],
  ['user|', ['cpu_user']],
  ['cpu_user|', []],
];
for (const [text, choices] of cases) {
  test(`at ${text}`, () => {
    const cursor = text.indexOf('|');
    const found = completionsAt(text.replace('|', ''), cursor, KNOWN);
    assert.deepEqual(
      found.choices.map((choice) => choice.text),
      choices,
    );
    assert.equal(found.to, cursor);
  });
}

test('functions come after metrics, those that begin with the word first', () => {
  const { choices } = completionsAt('ra', 2, KNOWN);
  assert.equal(choices[0]!.text, 'rate');
});
