import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNotifyConfig } from '../notify/config-file.ts';
import { dryRunNotifications } from './notify-dry-run.ts';

const ROUTING = `
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 10s
  group_interval: 60s
  repeat_interval: 1h
  routes:
    - {receiver: nobody, matchers: ['team="x"']}
    - {receiver: ops, matchers: ['team="night"'], active_time_intervals: [night]}
receivers:
  - {name: nobody}
  - {name: ops, webhook_configs: [{url: 'http://a/'}]}
time_intervals:
  - {name: night, time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}]}]}
inhibit_rules:
  - {source_matchers: ['alertname="Site"'], target_matchers: ['alertname="A"'], equal: []}
`;
const { config } = parseNotifyConfig(ROUTING);
assert.ok(config);
const HOUR = 3600;

interface Case {
  readonly name: string;
  /** Labels with firings in seconds; null = it still fires. */
  readonly alerts: readonly (readonly [
    labels: Readonly<Record<string, string>>,
    ...firings: (readonly [number, number | null])[],
  ])[];
  readonly untilS?: number;
  /** `second reason firing/resolved` */
  readonly want: readonly string[];
}

const A1 = { alertname: 'A', host: 'a' };
const A2 = { alertname: 'A', host: 'b' };

/** What Alertmanager does with the same, by its documentation of groups. */
const cases: readonly Case[] = [
  {
    name: 'first, then the end, in the rhythm of the group',
    alerts: [[A1, [100, 200]]],
    want: ['110 first notification 1/0', '230 all alerts resolved 0/1'],
  },
  {
    name: 'what begins within group_wait of the end is not told any more',
    alerts: [[A1, [100, null]]],
    untilS: 105,
    want: [],
  },
  { name: 'over before group_wait: nobody hears of it', alerts: [[A1, [100, 105]]], want: [] },
  {
    name: 'what begins within group_wait is told together, what comes later with the next look',
    alerts: [
      [A1, [100, null]],
      [A2, [105, 130]],
      [{ ...A1, host: 'c' }, [120, null]],
    ],
    want: ['110 first notification 2/0', '170 new alerts added 2/1'],
  },
  {
    name: 'repeats while it lasts',
    alerts: [[A1, [0, null]]],
    untilS: 2.5 * HOUR,
    want: [
      '10 first notification 1/0',
      '3670 repeat interval elapsed 1/0',
      '7330 repeat interval elapsed 1/0',
    ],
  },
  {
    name: 'a new group waits for group_wait again',
    alerts: [[A1, [0, 30], [HOUR, HOUR + 30]]],
    untilS: 2 * HOUR,
    want: [
      '10 first notification 1/0',
      '70 all alerts resolved 0/1',
      '3610 first notification 1/0',
      '3670 all alerts resolved 0/1',
    ],
  },
  {
    name: 'inhibited while the other fires',
    alerts: [
      [{ alertname: 'Site' }, [0, 300]],
      [A1, [100, null]],
    ],
    want: [
      '10 first notification 1/0',
      '310 all alerts resolved 0/1',
      '350 first notification 1/0',
    ],
  },
  {
    name: 'a receiver without a way to be told',
    alerts: [[{ ...A1, team: 'x' }, [0, 300]]],
    want: [],
  },
  {
    name: 'outside of the times of its route',
    alerts: [[{ ...A1, team: 'night' }, [0, 300]]],
    want: [],
  },
];

for (const { name, alerts, untilS = HOUR / 2, want } of cases) {
  test(name, () => {
    const past = alerts.map(([labels, ...firings]) => ({
      labels,
      firings: firings.map(([from, to]) => ({
        fromMs: from * 1000,
        toMs: to === null ? null : to * 1000,
      })),
    }));
    const sent = dryRunNotifications(past, config, [], untilS * 1000);
    const got = sent.map(
      ({ timeMs, reason, firing, resolved }) => `${timeMs / 1000} ${reason} ${firing}/${resolved}`,
    );
    assert.deepEqual(got, want);
  });
}
