import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canBeDrawnOn } from './top.ts';

const CASES: readonly [name: string, stdin: boolean, stdout: boolean, term: string | undefined][] =
  [
    ['a terminal', true, true, 'xterm'],
    ['a terminal without a type', true, true, undefined],
    ['a terminal that cannot move its cursor', true, true, 'dumb'],
    ['a pipe behind it', true, false, 'xterm'],
    ['a pipe before it', false, true, 'xterm'],
  ];
const DRAWN = ['a terminal', 'a terminal without a type'];

for (const [name, stdin, stdout, term] of CASES)
  test(`top ${DRAWN.includes(name) ? 'is drawn on' : 'prints lines on'} ${name}`, () => {
    const env = { ...(term !== undefined && { TERM: term }) };
    const found = canBeDrawnOn({ stdin: { isTTY: stdin }, stdout: { isTTY: stdout }, env });
    assert.equal(found, DRAWN.includes(name));
  });
