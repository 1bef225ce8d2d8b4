import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Alert, fingerprint } from '../alert.ts';
import { requireRoom, toPostedAlert } from './posted-alert.ts';

const TIMES = { nowMs: 1_000, resolveTimeoutMs: 300_000 };
const LIMIT = 20_000;

function alerts(count: number): Alert[] {
  return Array.from({ length: count }, (_, i) =>
    toPostedAlert({ labels: { alertname: 'Disk', disk: `sd${i}` } }, TIMES),
  );
}

test('alerts of others are taken up to the limit; what is known may be sent again beyond it', () => {
  const all = alerts(LIMIT + 1);
  const known = new Map(
    all.slice(0, -1).map((alert) => [fingerprint(alert.labels), { alert, updatedAtMs: 0 }]),
  );
  const full = { alert: (id: string) => known.get(id), alerts: () => [...known.values()] };
  const empty = { alert: () => undefined, alerts: () => [] };
  requireRoom(all.slice(1), empty);
  requireRoom([...all.slice(1), ...all.slice(-1)], empty);
  requireRoom(all.slice(0, -1), full);
  assert.throws(() => requireRoom(all, empty), { code: 'alerts-full' });
  assert.throws(() => requireRoom(all.slice(-1), full), {
    code: 'alerts-full',
    message: /^20000 alerts are known, 1 more exceed the limit of 20000: nothing was taken/,
  });
});

test('an alert is refused beyond 16 KiB', () => {
  const withText = (length: number) => ({
    labels: { a: 'b' },
    annotations: { c: 'x'.repeat(length) },
  });
  const around = JSON.stringify(withText(0)).length;
  toPostedAlert(withText(16_384 - around), TIMES);
  assert.throws(() => toPostedAlert(withText(16_385 - around), TIMES), {
    code: 'body-invalid',
    message: /has 16385 characters, the limit is 16384/,
  });
});
