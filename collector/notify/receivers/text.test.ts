import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Alert, fingerprint, type LabelSet } from '../alert.ts';
import type { Notification } from '../payload.ts';
import { textOf, titleOf } from './text.ts';

const START_MS = Date.parse('2026-11-21T03:00:00Z');
const WINDOW = `from=${START_MS / 1000 - 1800}&to=${START_MS / 1000 + 1800}`;

function alertOf(labels: LabelSet, rest: Partial<Alert> = {}): Alert {
  return {
    labels: { alertname: 'TooHot', severity: 'warning', ...labels },
    annotations: { summary: 'A sensor is hot' },
    startsAtMs: START_MS,
    endsAtMs: undefined,
    generatorUrl: '',
    ...rest,
  };
}

function notificationOf(...alerts: readonly Alert[]): Notification {
  return {
    receiver: 'r',
    groupKey: '{}:{}',
    groupLabels: { alertname: 'TooHot' },
    alerts,
    timeMs: START_MS + 60_000,
    externalUrl: 'http://head:8640/',
  };
}

const HOST = alertOf({ host: 'n001', rack: 'r07' }, { value: 91.23456789 });
const OTHER = alertOf({ host: 'n 2', rack: 'r07' });
const id = ({ labels }: Alert) => fingerprint(labels);

const cases: readonly {
  readonly name: string;
  readonly alerts: readonly Alert[];
  readonly want: string;
}[] = [
  {
    name: 'host, rack, start, value, page at that time, what to do',
    alerts: [HOST],
    want: `warning: n001: A sensor is hot
  host n001, rack r07, since 2026-11-21T03:00:00Z, value 91.2346, id ${id(HOST)}
  http://head:8640/host/n001?${WINDOW}

Acknowledge: clustermon alert ack ${id(HOST)} -c 'on it'
Silence: clustermon silence add alertname=TooHot host=n001 -d 2h -c 'why'
Both with a click: http://head:8640/alerts`,
  },
  {
    name: 'a group: one command for all of it, names are escaped in links',
    alerts: [HOST, OTHER],
    want: `warning: n001: A sensor is hot
  host n001, rack r07, since 2026-11-21T03:00:00Z, value 91.2346, id ${id(HOST)}
  http://head:8640/host/n001?${WINDOW}
warning: n 2: A sensor is hot
  host n 2, rack r07, since 2026-11-21T03:00:00Z, id ${id(OTHER)}
  http://head:8640/host/n%202?${WINDOW}

Acknowledge: clustermon alert ack TooHot -c 'on it'
Silence: clustermon silence add alertname=TooHot rack=r07 -d 2h -c 'why'
Both with a click: http://head:8640/alerts`,
  },
  ...[alertOf({}, { annotations: {}, value: Number.NaN })].map((alert) => ({
    name: 'no host: the list of alerts; nothing is said of an unknown value',
    alerts: [alert],
    want: `warning: TooHot
  since 2026-11-21T03:00:00Z, id ${id(alert)}
  http://head:8640/alerts

Acknowledge: clustermon alert ack ${id(alert)} -c 'on it'
Silence: clustermon silence add alertname=TooHot -d 2h -c 'why'
Both with a click: http://head:8640/alerts`,
  })),
  ...[
    alertOf(
      { alertname: "it's; rm -rf $HOME" },
      { annotations: { summary: 's', description: 'What to do.' } },
    ),
  ].map((alert) => ({
    name: 'a name that a shell would take apart stays one argument; the description is told too',
    alerts: [alert],
    want: `warning: s
  since 2026-11-21T03:00:00Z, id ${id(alert)}
  What to do.
  http://head:8640/alerts

Acknowledge: clustermon alert ack ${id(alert)} -c 'on it'
Silence: clustermon silence add 'alertname="it'\\''s; rm -rf $HOME"' -d 2h -c 'why'
Both with a click: http://head:8640/alerts`,
  })),
  {
    name: 'over: from and to, nothing to acknowledge',
    alerts: [{ ...HOST, endsAtMs: START_MS + 30_000 }],
    want: `resolved: n001: A sensor is hot
  host n001, rack r07, from 2026-11-21T03:00:00Z to 2026-11-21T03:00:30Z, value 91.2346, id ${id(HOST)}
  http://head:8640/host/n001?${WINDOW}

All alerts: http://head:8640/alerts`,
  },
];

for (const { name, alerts, want } of cases) {
  test(`text: ${name}`, () => assert.equal(textOf(notificationOf(...alerts), 10_000), want));
}

test('text: what does not fit is counted, what to do is told all the same', () => {
  const alerts = Array.from({ length: 300 }, (_, i) => alertOf({ host: `n${i}` }));
  const text = textOf(notificationOf(...alerts), 2000);
  assert.ok(text.length <= 2000, `${text.length}`);
  assert.match(text, /… and 28\d more: http:\/\/head:8640\/alerts\n\nAcknowledge: /);
  assert.match(titleOf(notificationOf(...alerts)), /^\[FIRING:300\] TooHot/);
});
