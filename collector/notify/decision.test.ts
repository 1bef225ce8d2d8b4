import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertTransition } from '../../wire/http.ts';
import { parseNotifyConfig } from './config-file.ts';
import { decisionAt, decisionNow, firingAfter } from './decision.ts';
import { LabelMatcher } from './matcher.ts';
import type { Silence } from './silence.ts';

/** A Saturday. */
const NOON_MS = Date.parse('2026-11-21T12:00:00Z');
const MINUTE = 60_000;
const DISK = { alertname: 'Disk', host: 'a', severity: 'warning' };
const DOWN = { alertname: 'HostDown', host: 'a' };

const { config } = parseNotifyConfig(`
route:
  receiver: all
  group_by: [alertname]
  routes:
    - {receiver: quiet, matchers: [severity="warning"], mute_time_intervals: [noon], continue: true}
    - {receiver: pager, matchers: [host="a"]}
receivers: [{name: all}, {name: quiet}, {name: pager}]
inhibit_rules: [{source_matchers: [alertname="HostDown"], target_matchers: [alertname!="HostDown"], equal: [host]}]
time_intervals: [{name: noon, time_intervals: [{times: [{start_time: '12:00', end_time: '12:10'}]}]}]
`);
assert.ok(config);

const silence: Silence = {
  id: 'why',
  matchers: [new LabelMatcher('host', '=', 'a')],
  startsAtMs: NOON_MS - 30 * MINUTE,
  endsAtMs: NOON_MS - 20 * MINUTE,
  updatedAtMs: 0,
  createdBy: 'me',
  comment: '',
  isMaintenance: false,
  recurs: undefined,
};
const delivery = (timeMs: number, groupKey: string) => ({
  timeMs,
  groupKey,
  integration: 'pager/webhook[0]',
  reason: 'first notification',
  outcome: 'delivered' as const,
  detail: '',
});
const DELIVERIES = [
  delivery(NOON_MS - 25 * MINUTE, '{}/{host="a"}:{alertname="Disk"}'),
  delivery(NOON_MS - 24 * MINUTE, '{}/{host="a"}:{alertname="HostDown"}'),
];
const notifier = {
  config,
  silences: () => [silence],
  suppressionOf: () => ({ silencedBy: [], inhibitedBy: ['1', 'gone'], mutedBy: ['installing'] }),
  alert: (id: string) =>
    id === '1'
      ? {
          alert: {
            labels: DOWN,
            annotations: {},
            startsAtMs: 0,
            endsAtMs: undefined,
            generatorUrl: '',
          },
          updatedAtMs: 0,
        }
      : undefined,
  deliveries: ({ fromMs, toMs }: { fromMs: number; toMs: number }) =>
    DELIVERIES.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs),
};

const ROUTES = [
  { route: '{}/{severity="warning"}', receiver: 'quiet' },
  { route: '{}/{host="a"}', receiver: 'pager' },
];

for (const { name, minutes, firing, want } of [
  {
    name: 'while a silence was active',
    minutes: -25,
    firing: [],
    want: { silencedBy: ['why'], inhibitedBy: [], mutedBy: [], told: 1 },
  },
  {
    name: 'after the silence, while another alert fired',
    minutes: -20,
    firing: [DOWN, { alertname: 'HostDown', host: 'b' }],
    want: { silencedBy: [], inhibitedBy: [DOWN], mutedBy: [], told: 1 },
  },
  {
    name: 'in a time interval in which one of its routes is quiet',
    minutes: 5,
    firing: [],
    want: { silencedBy: [], inhibitedBy: [], mutedBy: ['noon'], told: 1 },
  },
  {
    name: 'more than an hour after its group was told',
    minutes: 40,
    firing: [],
    want: { silencedBy: [], inhibitedBy: [], mutedBy: [], told: 0 },
  },
]) {
  test(`what was decided ${name}`, () => {
    const timeMs = NOON_MS + minutes * MINUTE;
    const { routes, told, ...suppression } = decisionAt(notifier, DISK, { timeMs, firing });
    assert.deepEqual({ ...suppression, told: told.length }, want);
    assert.deepEqual(routes, ROUTES);
  });
}

test('what is decided now is what the notifier does', () => {
  const { told, ...decision } = decisionNow(notifier, DISK, NOON_MS);
  assert.deepEqual(decision, {
    routes: ROUTES,
    silencedBy: [],
    inhibitedBy: [DOWN],
    mutedBy: ['installing'],
  });
  assert.deepEqual(told[0]?.channel, 'pager/webhook[0]');
});

test('alerts fire from their transition until the next', () => {
  const step = (labels: Readonly<Record<string, string>>, state: AlertTransition['state']) => ({
    timeMs: 0,
    rule: '',
    labels,
    state,
    value: null,
  });
  assert.deepEqual(
    firingAfter([
      step(DISK, 'pending'),
      step(DISK, 'firing'),
      step(DOWN, 'firing'),
      step(DISK, 'inactive'),
      step({ alertname: 'Load' }, 'firing'),
      step({ alertname: 'Load' }, 'nodata'),
      step({ alertname: 'Other' }, 'pending'),
    ]),
    [DOWN, { alertname: 'Load' }],
  );
});
