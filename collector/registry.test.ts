import assert from 'node:assert/strict';
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AlertStore } from './alerts/alert-store.ts';
import { OwnHistory } from './alerts/own-history.ts';
import { DeferredWrites } from './deferred-writes.ts';
import { EventStore } from './events/event-store.ts';
import { NotifyStore } from './notify/store.ts';
import { Labels } from './query/labels.ts';
import { openRegistry } from './registry.ts';

/** More than the pages that there are have room for. */
const LARGE = 'x'.repeat(20_000);
const RANGE = { fromMs: 0, toMs: 10 };

test('what the collector writes by itself survives a full disk, in every table', () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  const registry = openRegistry(folder);
  const failures: (string | undefined)[] = [];
  const writes = new DeferredWrites((failure) => failures.push(failure));
  try {
    const events = new EventStore(registry, writes);
    const alerts = new AlertStore(registry, writes);
    const history = new OwnHistory(registry, writes);
    const notify = new NotifyStore(registry, writes);
    const pages = Number(registry.pragma('page_count', { simple: true }));
    // SQLite answers SQLITE_FULL, as for a full disk, when the file may not grow.
    registry.pragma(`max_page_count = ${pages}`);

    events.add({ timeMs: 1, host: '', kind: 'note', text: LARGE, labels: {} });
    events.flush();
    const transition = {
      timeMs: 1,
      rule: 'r',
      labels: { LARGE },
      state: 'firing',
      value: 1,
    } as const;
    alerts.write({ saved: [], forgotten: [], transitions: [transition] });
    const labels = Labels.from({ __name__: 'own', LARGE });
    history.note(0, () => [{ labels, value: 1 }]);
    const place = { groupKey: 'g', integration: 'mail' };
    const told = ['first', 'second'].map((groupKey, timeMs) => {
      const notification = {
        receiver: LARGE,
        groupKey,
        groupLabels: {},
        alerts: [],
        timeMs,
        externalUrl: '',
      };
      const entry = { firing: [], resolved: [], timeMs };
      return notify.enqueue(
        { integration: 'mail', notification, reason: 'first notification', createdMs: timeMs },
        { ...place, groupKey, entry },
      );
    });
    notify.finish(told[0]?.id ?? -1, {
      ...place,
      timeMs: 2,
      reason: '',
      outcome: 'delivered',
      detail: '',
    });
    assert.match(failures.at(-1) ?? '', /full/);
    assert.deepEqual(
      told.map((one) => one?.id),
      [1, 2],
    );
    assert.throws(() => alerts.addRule('r', { name: 'r', expr: LARGE }, 0), {
      code: 'SQLITE_FULL',
    });

    registry.pragma('max_page_count = 1000000');
    writes.flush();
    assert.equal(failures.at(-1), undefined);
    assert.equal(events.inRange({ host: undefined, ...RANGE })[0]?.text, LARGE);
    assert.equal(alerts.transitions(RANGE).length, 1);
    assert.deepEqual([...history.metrics], ['own']);
    assert.deepEqual(
      notify.outbox().map(({ id }) => id),
      [2],
    );
    assert.equal(notify.deliveries(RANGE).length, 1);
    assert.equal(
      new NotifyStore(registry).enqueue(
        { ...(notify.outbox()[0] as NonNullable<(typeof told)[0]>) },
        { ...place, entry: { firing: [], resolved: [], timeMs: 0 } },
      )?.id,
      3,
    );
  } finally {
    writes.close();
    registry.close();
    rmSync(folder, { recursive: true });
  }
});

test('a registry with damaged pages is refused with what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  try {
    openRegistry(folder).close();
    const bytes = new Uint8Array(40_000).fill(0xff);
    writeSync(openSync(join(folder, 'registry.db'), 'r+'), bytes, 0, bytes.length, 8192);
    assert.throws(() => openRegistry(folder), {
      code: 'database-corrupt',
      message: /registry\.db is damaged \(.+\)\. .*store restore/,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
