import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainError, type QueryError } from './query-error.ts';

const CASES: readonly (readonly [query: string, message: string, error: QueryError])[] = [
  [
    'a + foo(b)',
    'invalid parameter "query": 1:5: parse error: unknown function',
    { text: 'unknown function', parts: ['a + ', 'foo', '(b)'] },
  ],
  [
    'sum(\n  a b)',
    '2:5: parse error: unexpected b',
    { text: 'unexpected b', parts: ['sum(\n  a ', 'b', ')'] },
  ],
  ['topk(3,', '1:8: parse error: too short', { text: 'too short', parts: ['topk(3,', '', ''] }],
  ['a', 'query timed out', { text: 'query timed out', parts: null }],
];
for (const [query, message, error] of CASES)
  test(message, () => assert.deepEqual(explainError(query, message), error));
