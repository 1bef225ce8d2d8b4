import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longestHost } from './alert-backtest.ts';

type Firings = readonly { readonly fromMs: number; readonly toMs: number | null }[];

const alert = (labels: Readonly<Record<string, string>>, firings: Firings) => ({
  labels,
  firings,
  firingSeconds: 0,
  lastState: 'inactive' as const,
  lastValue: null,
});

test('the longest firing is told with its host, also one that goes on', () => {
  const alerts = [
    alert({ host: 'a' }, [
      { fromMs: 0, toMs: 10 },
      { fromMs: 20, toMs: 60 },
    ]),
    alert({ host: 'b' }, [{ fromMs: 55, toMs: null }]),
    alert({ host: 'c' }, []),
  ];
  assert.equal(longestHost({ alerts }, { toMs: 90 }), ' (a)');
  assert.equal(longestHost({ alerts }, { toMs: 100 }), ' (b)');
});

test('an alert about no host has none', () => {
  const alerts = [alert({ rack: 'r1' }, [{ fromMs: 0, toMs: 10 }])];
  assert.equal(longestHost({ alerts }, { toMs: 90 }), '');
});
