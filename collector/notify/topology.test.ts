import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../base/clock.ts';
import { openDatabase } from '../../base/sqlite.ts';
import type { LabelSet } from './alert.ts';
import { parseNotifyConfig } from './config-file.ts';
import { TOPOLOGY } from './default-config.ts';
import { parseMatcher } from './matcher.ts';
import { Notifier } from './notifier.ts';
import { NOTIFY_TABLES, NotifyStore } from './store.ts';

const START_MS = Date.parse('2026-11-21T10:00:00Z');
const ROUTING = `
route: {receiver: team, group_by: ['...'], group_wait: 0s, group_interval: 1m}
receivers: [{name: team, webhook_configs: [{url: 'http://127.0.0.1:1/'}]}]
`;

const HOST_DOWN = { alertname: 'HostDown', host: 'n001', rack: 'r07' };
const OTHER_DOWN = { alertname: 'HostDown', host: 'n002', rack: 'r07' };
const ELSEWHERE_DOWN = { alertname: 'HostDown', host: 'n101', rack: 'r08' };
const RACK_DOWN = { alertname: 'RackDown', rack: 'r07' };
const HOT = { alertname: 'TooHot', host: 'n001', rack: 'r07' };
const OTHER_HOT = { alertname: 'TooHot', host: 'n002', rack: 'r07' };
const NO_HOST = { alertname: 'CollectorDropping' };

const cases: readonly {
  readonly name: string;
  readonly alerts: readonly LabelSet[];
  /** Alerts that are over a minute later. */
  readonly over?: readonly LabelSet[];
  readonly held?: Readonly<Record<string, string>>;
  readonly maintenance?: string;
  readonly want: readonly LabelSet[];
  /** Told after `over`. */
  readonly wantThen?: readonly LabelSet[];
}[] = [
  {
    name: 'a host that is down inhibits its own alerts and no others',
    alerts: [HOT, HOST_DOWN, OTHER_HOT, NO_HOST],
    want: [HOST_DOWN, OTHER_HOT, NO_HOST],
  },
  {
    name: 'when the host is back, what is left of its alerts is told',
    alerts: [HOST_DOWN, HOT],
    over: [HOST_DOWN],
    want: [HOST_DOWN],
    wantThen: [HOST_DOWN, HOT],
  },
  {
    name: 'a rack that is down inhibits its hosts and their alerts, not those of other racks',
    alerts: [OTHER_HOT, HOST_DOWN, OTHER_DOWN, RACK_DOWN, ELSEWHERE_DOWN],
    want: [RACK_DOWN, ELSEWHERE_DOWN],
  },
  {
    name: 'a host without a rack is not inhibited by a rack',
    alerts: [RACK_DOWN, { alertname: 'HostDown', host: 'n201' }],
    want: [RACK_DOWN, { alertname: 'HostDown', host: 'n201' }],
  },
  {
    name: 'a node in installation pages nobody',
    alerts: [HOST_DOWN, HOT, OTHER_DOWN],
    held: { n001: 'provisioning: installing' },
    want: [OTHER_DOWN],
  },
  {
    name: 'a node that is held still inhibits: its alerts are quiet twice over',
    alerts: [HOST_DOWN, HOT],
    held: { n001: 'provisioning: booting' },
    want: [],
  },
  {
    name: 'a node in maintenance pages nobody',
    alerts: [HOST_DOWN, HOT, OTHER_HOT],
    maintenance: 'host=n001',
    want: [OTHER_HOT],
  },
  {
    name: 'maintenance of a rack covers the rack and its hosts',
    alerts: [RACK_DOWN, HOST_DOWN, OTHER_HOT, ELSEWHERE_DOWN],
    maintenance: 'rack=r07',
    want: [ELSEWHERE_DOWN],
  },
];

const nameOf = ({ alertname, host, rack }: LabelSet) => `${alertname} ${host ?? rack ?? ''}`;

for (const { name, alerts, over = [], held = {}, maintenance, want, wantThen = [] } of cases) {
  test(name, async () => {
    const clock = new ManualClock(START_MS);
    const { config } = parseNotifyConfig(ROUTING);
    assert.ok(config);
    const database = openDatabase(':memory:', {
      migrations: [NOTIFY_TABLES],
      synchronous: 'NORMAL',
    });
    const told: string[] = [];
    const notifier = new Notifier(
      {
        store: new NotifyStore(database),
        clock,
        log: { debug() {}, info() {}, warn() {}, error() {} },
        integrations: () => [
          {
            id: 'team/webhook[0]',
            send: async (notification) => {
              told.push(...notification.alerts.map(({ labels }) => nameOf(labels)));
            },
          },
        ],
        holdReason: ({ host = '' }) => held[host],
      },
      { ...config, inhibitRules: TOPOLOGY },
      'http://head:8640',
    );
    const put = (some: readonly LabelSet[], endsAtMs: number | undefined) =>
      notifier.put(
        some.map((labels) => ({
          labels,
          annotations: {},
          startsAtMs: START_MS,
          endsAtMs,
          generatorUrl: '',
        })),
        clock.nowMs(),
      );
    const settle = async (ms: number) => {
      clock.advance(ms);
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
      return told.splice(0).sort();
    };
    if (maintenance) {
      notifier.saveSilence({
        matchers: [parseMatcher(maintenance)],
        startsAtMs: START_MS,
        endsAtMs: START_MS + 3_600_000,
        createdBy: 'me',
        comment: '',
        isMaintenance: true,
        recurs: undefined,
      });
    }
    put(alerts, undefined);
    assert.deepEqual(await settle(1), want.map(nameOf).sort());
    put(over, clock.nowMs());
    assert.deepEqual(await settle(61_000), wantThen.map(nameOf).sort());
    notifier.close();
    database.close();
  });
}
