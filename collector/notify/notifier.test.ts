import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ManualClock } from '../../base/clock.ts';
import { openDatabase } from '../../base/sqlite.ts';
import { type Alert, fingerprint } from './alert.ts';
import type { NotifyConfig } from './config.ts';
import { parseNotifyConfig } from './config-file.ts';
import { DeliveryError } from './delivery.ts';
import { parseMatcher } from './matcher.ts';
import { Notifier } from './notifier.ts';
import { type Notification, webhookPayload } from './payload.ts';
import { NOTIFY_TABLES, NotifyStore } from './store.ts';

const START_MS = Date.parse('2026-11-21T10:00:00Z');
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const ROUTING = `
route: {receiver: team, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 4h}
receivers: [{name: team, webhook_configs: [{url: 'http://127.0.0.1:1/'}]}, {name: boss, webhook_configs: [{url: 'http://127.0.0.1:1/'}]}]
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notify-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A notifier with a receiver that remembers, on a clock that stands still. */
class Bench {
  readonly clock: ManualClock;
  readonly sent: {
    readonly id: string;
    readonly notification: Notification;
    readonly repeated: boolean;
  }[] = [];
  readonly database;
  readonly notifier: Notifier;
  /** What the next attempts end with. */
  failures: Error[] = [];
  held: string | undefined;
  /** The receiver that takes connections and does not answer. */
  hangs = '';

  constructor(routing = ROUTING, clock = new ManualClock(START_MS)) {
    this.clock = clock;
    this.database = openDatabase(join(folder, 'registry.db'), {
      migrations: [NOTIFY_TABLES],
      synchronous: 'NORMAL',
    });
    const { config, problems } = parseNotifyConfig(routing);
    assert.deepEqual(problems, []);
    this.notifier = new Notifier(
      {
        store: new NotifyStore(this.database),
        clock: this.clock,
        log: SILENT,
        integrations: ({ receivers }: NotifyConfig) =>
          receivers.map(({ name }) => ({
            id: `${name}/webhook[0]`,
            send: async (notification, { mayBeRepeated }) => {
              if (this.hangs === name) await this.#timeOut();
              const failure = this.failures.shift();
              if (failure) throw failure;
              this.sent.push({ id: name, notification, repeated: mayBeRepeated });
            },
          })),
        holdReason: () => this.held,
      },
      config as NotifyConfig,
      'http://head:8640',
    );
  }

  /** What channels do with a receiver that does not answer: they give up after ten seconds. */
  #timeOut(): Promise<never> {
    return new Promise((_, reject) => {
      this.clock.after(10_000, () => reject(new DeliveryError('no answer', true)));
    });
  }

  alert(labels: Record<string, string>, endsAtMs?: number): Alert {
    return { labels, annotations: {}, startsAtMs: this.clock.nowMs(), endsAtMs, generatorUrl: '' };
  }

  fire(labels: Record<string, string>): void {
    this.notifier.put([this.alert(labels)], this.clock.nowMs());
  }

  resolve(labels: Record<string, string>): void {
    const nowMs = this.clock.nowMs();
    this.notifier.put([{ ...this.alert(labels, nowMs), startsAtMs: nowMs - 1 }], nowMs);
  }

  /** Lets time pass second by second; deliveries end in between. */
  async pass(seconds: number): Promise<void> {
    const stepMs = seconds > 600 ? 10_000 : 1000;
    for (let passed = 0; passed < seconds * 1000; passed += stepMs) {
      this.clock.advance(stepMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Receiver, status and alerts of what was sent: `team firing a,b`. */
  get texts(): readonly string[] {
    return this.sent.map(({ id, notification }) => {
      const { status, alerts } = webhookPayload(notification);
      const names = alerts.map(
        (alert) => `${alert.labels['host']}${alert.status === 'resolved' ? '-' : ''}`,
      );
      return `${id} ${status} ${names.join(',')}`;
    });
  }

  close(): void {
    this.notifier.close();
    this.database.close();
  }
}

const A = { alertname: 'X', host: 'a' };
const B = { alertname: 'X', host: 'b' };

test('groups, waits, adds, resolves and repeats as Alertmanager', async () => {
  const bench = new Bench();
  bench.fire(A);
  await bench.pass(10);
  bench.fire(B);
  await bench.pass(19);
  assert.deepEqual(bench.texts, []);
  await bench.pass(1);
  assert.deepEqual(bench.texts, ['team firing a,b']);
  bench.resolve(B);
  await bench.pass(299);
  assert.equal(bench.texts.length, 1);
  await bench.pass(1);
  assert.deepEqual(bench.texts.slice(1), ['team firing a,b-']);
  await bench.pass(4 * 3600);
  assert.equal(bench.texts.length, 2);
  await bench.pass(600);
  assert.deepEqual(bench.texts.slice(2), ['team firing a']);
  bench.resolve(A);
  await bench.pass(300);
  assert.deepEqual(bench.texts.slice(3), ['team resolved a-']);
  bench.close();
});

test('an alert that is resolved within group_wait is not told', async () => {
  const bench = new Bench();
  bench.fire(A);
  await bench.pass(10);
  bench.resolve(A);
  await bench.pass(600);
  assert.deepEqual(bench.texts, []);
  bench.close();
});

test('a silence holds back until it ends', async () => {
  const bench = new Bench();
  const nowMs = bench.clock.nowMs();
  const id = bench.notifier.saveSilence({
    matchers: [parseMatcher('host=a')],
    startsAtMs: nowMs,
    endsAtMs: nowMs + 3_600_000,
    createdBy: 'me',
    comment: '',
    isMaintenance: false,
    recurs: undefined,
  });
  bench.fire(A);
  bench.fire(B);
  await bench.pass(31);
  assert.deepEqual(bench.texts, ['team firing b']);
  assert.deepEqual(bench.notifier.suppressionOf(A, bench.clock.nowMs()).silencedBy, [id]);
  bench.notifier.expireSilence(id);
  await bench.pass(300);
  assert.deepEqual(bench.texts.slice(1), ['team firing a,b']);
  assert.throws(() => bench.notifier.expireSilence(id), { code: 'silence-invalid' });
  assert.throws(() => bench.notifier.expireSilence('x'), { code: 'silence-unknown' });
  bench.close();
});

test('a host in installation pages nobody', async () => {
  const bench = new Bench();
  bench.held = 'host is being installed';
  bench.fire(A);
  await bench.pass(400);
  assert.deepEqual(bench.texts, []);
  bench.held = undefined;
  await bench.pass(300);
  assert.deepEqual(bench.texts, ['team firing a']);
  bench.close();
});

test('an acknowledgement stops repeats, not the end', async () => {
  const bench = new Bench();
  bench.fire(A);
  await bench.pass(31);
  const atMs = bench.clock.nowMs();
  bench.notifier.acknowledge({
    fingerprint: fingerprint(A),
    byWhom: 'me',
    comment: '',
    atMs,
    untilMs: atMs + 86_400_000,
  });
  await bench.pass(5 * 3600);
  assert.equal(bench.texts.length, 1);
  bench.resolve(A);
  await bench.pass(600);
  assert.deepEqual(bench.texts.slice(1), ['team resolved a-']);
  bench.close();
});

test('nobody acknowledges: the boss is told', async () => {
  const bench = new Bench(
    ROUTING.replace('group_wait', 'escalate: {after: 10m, to: boss}, group_wait'),
  );
  bench.fire(A);
  await bench.pass(590);
  assert.deepEqual(bench.texts, ['team firing a']);
  await bench.pass(400);
  assert.deepEqual(bench.texts, ['team firing a', 'boss firing a']);
  bench.close();
});

test('who was told by escalation is told of the end, and only of what was escalated', async () => {
  const bench = new Bench(
    ROUTING.replace('group_wait', 'escalate: {after: 10m, to: boss}, group_wait'),
  );
  bench.fire(A);
  await bench.pass(700);
  bench.fire(B);
  await bench.pass(300);
  bench.resolve(A);
  await bench.pass(300);
  assert.deepEqual(
    bench.texts.filter((text) => text.startsWith('boss')),
    ['boss firing a', 'boss resolved a-'],
  );
  bench.close();
});

test('siblings with the same matchers have groups of their own', async () => {
  const same = "matchers: ['host=a']";
  const bench = new Bench(
    ROUTING.replace(
      'group_wait',
      `routes: [{receiver: team, ${same}, continue: true}, {receiver: boss, ${same}}], group_wait`,
    ),
  );
  bench.fire(A);
  await bench.pass(31);
  assert.deepEqual(bench.texts.toSorted(), ['boss firing a', 'team firing a']);
  bench.close();
});

test('an alert that comes back after all was over waits for group_wait only', async () => {
  const bench = new Bench();
  bench.fire(A);
  await bench.pass(31);
  bench.resolve(A);
  await bench.pass(300);
  await bench.pass(31);
  bench.fire(A);
  await bench.pass(31);
  assert.deepEqual(bench.texts, ['team firing a', 'team resolved a-', 'team firing a']);
  bench.close();
});

test('another configuration while a notification is under way sends it once', async () => {
  const bench = new Bench();
  bench.fire(A);
  bench.clock.advance(30_000);
  bench.notifier.reconfigure(bench.notifier.config);
  await bench.pass(120);
  assert.deepEqual(bench.texts, ['team firing a']);
  bench.close();
});

test('a receiver that is down for an hour is told once', async () => {
  const bench = new Bench();
  bench.failures = Array.from({ length: 60 }, () => new DeliveryError('down', true, 'start it'));
  bench.fire(A);
  await bench.pass(600);
  const { courier } = bench.notifier;
  assert.equal(courier.waiting.length, 1);
  assert.equal(courier.failureOf('team/webhook[0]'), 'down; start it');
  await bench.pass(3400);
  assert.deepEqual(bench.texts, ['team firing a']);
  assert.deepEqual(courier.waiting, []);
  assert.equal(courier.failureOf('team/webhook[0]'), '');
  bench.close();
});

test('what is refused is remembered, and told again when its group is looked at next', async () => {
  const bench = new Bench();
  bench.failures = [new DeliveryError('no such user', false)];
  bench.fire(A);
  await bench.pass(320);
  assert.deepEqual(bench.texts, []);
  const [delivery] = bench.notifier.deliveries({ fromMs: 0, toMs: bench.clock.nowMs() });
  assert.equal(delivery?.outcome, 'refused');
  assert.equal(delivery?.detail, 'no such user');
  await bench.pass(600);
  assert.deepEqual(bench.texts, ['team firing a']);
  bench.close();
});

test('after a crash between sending and recording it comes once more, marked', async () => {
  const bench = new Bench();
  bench.fire(A);
  bench.clock.advance(30_000);
  // The process ends here: the attempt has begun, nothing was recorded after it.
  bench.close();
  const next = new Bench(ROUTING, bench.clock);
  await next.pass(120);
  assert.deepEqual(next.texts, ['team firing a']);
  assert.equal(next.sent[0]?.repeated, true);
  next.fire(A);
  await next.pass(600);
  assert.equal(next.texts.length, 1);
  next.close();
});

test('what receivers know survives a restart', async () => {
  const bench = new Bench();
  bench.fire(A);
  await bench.pass(31);
  bench.close();
  const next = new Bench(ROUTING, bench.clock);
  next.fire(A);
  await next.pass(600);
  assert.deepEqual(next.texts, []);
  next.resolve(A);
  await next.pass(300);
  assert.deepEqual(next.texts, ['team resolved a-']);
  next.close();
});

test('webhook payload, version 4', () => {
  const payload = webhookPayload({
    receiver: 'a.b',
    groupKey: '{}:{alertname="HostDown"}',
    groupLabels: { alertname: 'HostDown' },
    alerts: [
      {
        labels: { severity: 'critical', rack: 'r07', host: 'n042', alertname: 'HostDown' },
        annotations: { summary: 'n042 down' },
        startsAtMs: START_MS,
        endsAtMs: undefined,
        generatorUrl: 'http://head/g',
      },
    ],
    timeMs: START_MS + 1,
    externalUrl: 'http://head',
  });
  assert.deepEqual(payload, {
    receiver: 'a\\.b',
    status: 'firing',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'HostDown', host: 'n042', rack: 'r07', severity: 'critical' },
        annotations: { summary: 'n042 down' },
        startsAt: '2026-11-21T10:00:00Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://head/g',
        fingerprint: '9b91ed381732a9f0',
      },
    ],
    groupLabels: { alertname: 'HostDown' },
    commonLabels: { alertname: 'HostDown', host: 'n042', rack: 'r07', severity: 'critical' },
    commonAnnotations: { summary: 'n042 down' },
    externalURL: 'http://head',
    version: '4',
    groupKey: '{}:{alertname="HostDown"}',
    truncatedAlerts: 0,
  });
});

test('a receiver that refuses is a problem until it accepts, also after a restart', async () => {
  const bench = new Bench();
  bench.failures = [new DeliveryError('answered 403', false, 'check its token')];
  bench.fire(A);
  await bench.pass(31);
  const refusal = {
    integration: 'team/webhook[0]',
    sinceMs: START_MS + 30_000,
    detail: 'answered 403; check its token',
  };
  assert.deepEqual(bench.notifier.courier.refusals, [refusal]);
  bench.close();

  const again = new Bench(ROUTING, bench.clock);
  assert.deepEqual(again.notifier.courier.refusals, [{ ...refusal, detail: 'answered 403' }]);
  again.failures = [new DeliveryError('answered 403', false)];
  again.fire(A);
  await again.pass(301);
  assert.deepEqual(
    again.notifier.courier.refusals.map(({ sinceMs }) => sinceMs),
    [refusal.sinceMs],
  );
  await again.pass(300);
  assert.deepEqual(again.texts, ['team firing a']);
  assert.deepEqual(again.notifier.courier.refusals, []);
  again.close();
});

test('a test tries every channel, tells of each, and ends the problem of one that accepts', async () => {
  const bench = new Bench(`
route: {receiver: team}
receivers: [{name: team, webhook_configs: [{url: 'http://127.0.0.1:1/'}]}]
`);
  const alert = bench.alert({ alertname: 'NotifyTest' });
  bench.notifier.courier.noteRefused('team/webhook[0]', 'no');
  bench.failures = [new DeliveryError('answered 404', false, 'check the address')];
  assert.deepEqual(await bench.notifier.test('team', alert), [
    { integration: 'team/webhook[0]', error: 'answered 404', advice: 'check the address' },
  ]);
  assert.equal(bench.notifier.courier.refusals.length, 1);
  assert.deepEqual(await bench.notifier.test('team', alert), [
    { integration: 'team/webhook[0]', error: null, advice: null },
  ]);
  assert.deepEqual(bench.notifier.courier.refusals, []);
  bench.close();
});

test('repeats come after twice the time each, up to the greatest; news begins anew', async () => {
  const bench = new Bench(`
route: {receiver: team, group_wait: 0s, group_interval: 1m, repeat_interval: 1h, repeat_interval_max: 3h}
receivers: [{name: team, webhook_configs: [{url: 'http://127.0.0.1:1/'}]}]
`);
  const hours = () =>
    bench.sent.map(({ notification }) => Math.floor((notification.timeMs - START_MS) / 3_600_000));
  bench.fire(A);
  await bench.pass(10 * 3600);
  assert.deepEqual(hours(), [0, 1, 3, 6, 9]);
  bench.fire(B);
  await bench.pass(2 * 3600);
  assert.deepEqual(hours().slice(5), [10, 11]);
  bench.close();
});

test('a receiver that hangs holds up no other and loses nothing; it is told when it answers again', async () => {
  const bench = new Bench(`
route: {receiver: team, group_wait: 0s, group_interval: 1m, routes: [{receiver: boss, continue: true}, {receiver: team}]}
receivers: [{name: team, webhook_configs: [{url: 'http://127.0.0.1:1/'}]}, {name: boss, webhook_configs: [{url: 'http://127.0.0.1:1/'}]}]
`);
  bench.hangs = 'boss';
  bench.fire(A);
  await bench.pass(60);
  assert.deepEqual(bench.texts, ['team firing a']);
  bench.fire(B);
  await bench.pass(3 * 3600);
  assert.deepEqual(bench.texts.slice(1, 2), ['team firing a,b']);
  assert.equal(bench.notifier.courier.waiting.length, 2);
  bench.hangs = '';
  await bench.pass(120);
  assert.deepEqual(
    bench.texts.filter((text) => text.startsWith('boss')),
    ['boss firing a', 'boss firing a,b'],
  );
  assert.deepEqual(bench.notifier.courier.waiting, []);
  bench.close();
});

const DAY_MS = 86_400_000;

test('the clock was a day ahead: what waits for its next attempt does not wait a day', async () => {
  const bench = new Bench();
  bench.failures = Array.from({ length: 9 }, () => new Error('no answer'));
  bench.fire(A);
  await bench.pass(120);
  assert.deepEqual(bench.texts, []);
  bench.close();
  const next = new Bench(ROUTING, new ManualClock(START_MS - DAY_MS));
  await next.pass(61);
  assert.deepEqual(next.texts, ['team firing a']);
  next.close();
});

test('the clock is set back: an alert that was over inhibits nothing', async () => {
  const bench = new Bench(
    `${ROUTING}inhibit_rules: [{source_matchers: [alertname=HostDown], target_matchers: [alertname=X], equal: [host]}]`,
  );
  const down = { alertname: 'HostDown', host: 'a' };
  bench.fire(down);
  await bench.pass(60);
  bench.resolve(down);
  await bench.pass(330);
  bench.clock.stepTo(START_MS - DAY_MS);
  bench.fire(A);
  await bench.pass(400);
  assert.deepEqual(bench.texts, ['team firing a', 'team resolved a-', 'team firing a']);
  assert.equal(bench.sent.at(-1)?.notification.groupLabels['alertname'], 'X');
  bench.close();
});
