import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fingerprint } from './alert.ts';
import { parseNotifyConfig } from './config-file.ts';
import { reasonToNotify } from './dedup.ts';
import { Inhibitor } from './inhibit.ts';
import { LabelMatcher, parseMatcher, parseMatchers } from './matcher.ts';
import { parseRecurrence } from './recurrence.ts';
import { groupKeyOf, groupLabelsOf, matchRoutes } from './route.ts';
import { containsTime, type TimeInterval } from './time-interval.ts';

const FILE = readFileSync(join(import.meta.dirname, 'testdata/routing.good.yml'), 'utf8');

function goodConfig() {
  const { config, problems } = parseNotifyConfig(FILE);
  assert.deepEqual(problems, []);
  assert.ok(config);
  return config;
}

const routed = [
  { labels: { alertname: 'X' }, want: ['{}:{alertname="X"}'] },
  {
    labels: { alertname: 'X', severity: 'critical' },
    want: ['{}/{severity="critical"}:{alertname="X", severity="critical"}'],
  },
  {
    labels: { alertname: 'DiskFull', host: 'a' },
    want: ['{}/{alertname=~"^(?:Disk.*)$"}:{alertname="DiskFull"}'],
  },
  {
    labels: { alertname: 'DiskFull', host: 'n01', rack: 'r02' },
    want: ['{}/{alertname=~"^(?:Disk.*)$"}/{host=~"n0.+",rack!="r01"}:{alertname="DiskFull"}'],
  },
  {
    labels: { alertname: 'DiskFull', severity: 'critical' },
    want: [
      '{}/{severity="critical"}:{alertname="DiskFull", severity="critical"}',
      '{}/{alertname=~"^(?:Disk.*)$"}:{alertname="DiskFull"}',
    ],
  },
];

for (const { labels, want } of routed) {
  test(`routes ${JSON.stringify(labels)}`, () => {
    const keys = matchRoutes(goodConfig().route, labels).map((route) =>
      groupKeyOf(route, groupLabelsOf(route, labels)),
    );
    assert.deepEqual(keys, want);
  });
}

const refusedFiles = [
  { name: 'no route', text: 'receivers: []', want: 'no routes provided' },
  {
    name: 'a root without receiver',
    text: 'route: {}',
    want: 'root route must specify a default receiver',
  },
  {
    name: 'an unknown receiver',
    text: 'route: {receiver: a}',
    want: 'undefined receiver "a" used in route',
  },
  {
    name: 'a root with matchers',
    text: 'route: {receiver: a, matchers: [b=c]}\nreceivers: [{name: a}]',
    want: 'root route must not have any matchers',
  },
  {
    name: 'a receiver twice',
    text: 'route: {receiver: a}\nreceivers: [{name: a}, {name: a}]',
    want: 'notification config name "a" is not unique',
  },
  {
    name: 'an unknown field',
    text: 'route: {receiver: a, wait: 1s}\nreceivers: [{name: a}]',
    want: 'field wait not found in a route',
  },
  {
    name: 'an unknown time interval',
    text: 'route: {receiver: a, routes: [{mute_time_intervals: [x]}]}\nreceivers: [{name: a}]',
    want: 'undefined time interval "x" used in route',
  },
  {
    name: 'a webhook without URL',
    text: 'route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{}]}]',
    want: 'one of url or url_file must be configured',
  },
  {
    name: 'a webhook by another protocol',
    text: 'route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: "ftp://x"}]}]',
    want: 'unsupported URL "ftp://x": it must begin with http:// or https://',
  },
  {
    name: 'a global address that no receiver uses',
    text: 'global: {slack_api_url: x}\nroute: {receiver: a}\nreceivers: [{name: a}]',
    want: 'unsupported URL "x": it must begin with http:// or https://',
  },
  {
    name: 'global HTTP options that no receiver uses',
    text: 'global: {http_config: {proxy: x}}\nroute: {receiver: a}\nreceivers: [{name: a}]',
    want: 'field proxy not found in http_config',
  },
  {
    name: 'two ways to authorize',
    text: 'global: {http_config: {basic_auth: {username: u}, authorization: {credentials: c}}}\nroute: {receiver: a}\nreceivers: [{name: a}]',
    want: 'at most one of basic_auth and authorization must be configured',
  },
  {
    name: 'a time interval in both lists',
    text: 'route: {receiver: a}\nreceivers: [{name: a}]\nmute_time_intervals: [{name: x}]\ntime_intervals: [{name: x}]',
    want: 'time interval "x" is not unique',
  },
  {
    name: 'days of the month from the end of one to the beginning',
    text: 'route: {receiver: a}\nreceivers: [{name: a}]\ntime_intervals: [{name: x, time_intervals: [{days_of_month: ["-5:5"]}]}]',
    want: '"-5:5" is no day of the month (1 to 31 or -1 to -31)',
  },
  {
    name: 'templates that are no list',
    text: 'route: {receiver: a}\nreceivers: [{name: a}]\ntemplates: x.tmpl',
    want: 'cannot unmarshal "x.tmpl" into a list of texts',
  },
  {
    name: 'a quote without its end',
    text: `route: {receiver: a, routes: [{matchers: ['b=c"']}]}\nreceivers: [{name: a}]`,
    want: '"b=c"" is no matcher; write such as severity="critical" or host=~"n0.+"',
  },
  {
    name: 'group_by twice',
    text: 'route: {receiver: a, group_by: [x, x]}\nreceivers: [{name: a}]',
    want: 'duplicated label in group_by',
  },
  {
    name: 'a greatest interval that is smaller',
    text: 'route: {receiver: a, repeat_interval: 2h, repeat_interval_max: 1h}\nreceivers: [{name: a}]',
    want: 'repeat_interval_max is below repeat_interval',
  },
  {
    name: 'an interval of zero',
    text: 'route: {receiver: a, group_interval: 0s}\nreceivers: [{name: a}]',
    want: 'the interval cannot be zero',
  },
];

for (const { name, text, want } of refusedFiles) {
  test(`refuses a file with ${name}`, () => {
    assert.deepEqual(
      parseNotifyConfig(text).problems.map(({ message }) => message),
      [want],
    );
  });
}

test('fingerprints are those of prometheus/common', () => {
  assert.equal(BigInt(`0x${fingerprint({})}`), 14695981039346656037n);
  const labels = { name: 'garland, briggs', fear: 'love is not enough' };
  assert.equal(BigInt(`0x${fingerprint(labels)}`), 5799056148416392346n);
  const down = { alertname: 'InstanceDown', instance: 'n001', severity: 'critical' };
  assert.equal(fingerprint(down), '01f8dff99b998231');
});

const matchers = [
  { text: 'a=b', labels: { a: 'b' }, want: true },
  { text: 'a="b c"', labels: { a: 'b c' }, want: true },
  { text: 'a!=b', labels: {}, want: true },
  { text: 'a=~b', labels: { a: 'abc' }, want: false },
  { text: 'a=~"b.*"', labels: { a: 'bcd' }, want: true },
  { text: 'a!~"b|c"', labels: { a: 'c' }, want: false },
  { text: 'a=""', labels: {}, want: true },
  { text: '"a b"="c\\"d"', labels: { 'a b': 'c"d' }, want: true },
];

for (const { text, labels, want } of matchers) {
  test(`${text} on ${JSON.stringify(labels)}`, () =>
    assert.equal(parseMatcher(text).matches(labels), want));
}

test('matchers that are none are refused', () => {
  for (const text of ['', 'a', '=b', 'a=~"("']) {
    assert.throws(() => parseMatcher(text), { code: 'matcher-invalid' }, text);
  }
  assert.equal(parseMatchers('{a="b,c", d=~"e"}').map(String).join(';'), 'a="b,c";d=~"e"');
});

test('a matcher is read again as it was written, whatever its label is called', () => {
  const odd = new LabelMatcher('a\tb"c\\d\n', '=', 'x\t"\\,{}\n');
  const [read] = parseMatchers(`{${odd}}`);
  assert.deepEqual([read?.name, read?.value], [odd.name, odd.value]);
});

const decisions = [
  {
    name: 'nothing was told and nothing fires',
    entry: undefined,
    firing: [],
    resolved: ['a'],
    want: undefined,
  },
  {
    name: 'nothing was told yet',
    entry: undefined,
    firing: ['a'],
    resolved: [],
    want: 'first notification',
  },
  {
    name: 'another alert fires',
    entry: { firing: ['a'], resolved: [] },
    firing: ['a', 'b'],
    resolved: [],
    want: 'new alerts added',
  },
  {
    name: 'it fires again after all was resolved',
    entry: { firing: [], resolved: ['a'] },
    firing: ['a'],
    resolved: [],
    want: 'first notification',
  },
  {
    name: 'all is resolved',
    entry: { firing: ['a'], resolved: [] },
    firing: [],
    resolved: ['a'],
    want: 'all alerts resolved',
  },
  {
    name: 'all was resolved before',
    entry: { firing: [], resolved: ['a'] },
    firing: [],
    resolved: ['a'],
    want: undefined,
  },
  {
    name: 'some are resolved',
    entry: { firing: ['a', 'b'], resolved: [] },
    firing: ['a'],
    resolved: ['b'],
    want: 'some alerts resolved',
  },
  {
    name: 'some are resolved and nobody wants to know',
    entry: { firing: ['a', 'b'], resolved: [] },
    firing: ['a'],
    resolved: ['b'],
    sendResolved: false,
    want: undefined,
  },
  {
    name: 'nothing changed',
    entry: { firing: ['a'], resolved: [] },
    firing: ['a'],
    resolved: [],
    want: undefined,
  },
  {
    name: 'nothing changed for long',
    entry: { firing: ['a'], resolved: [] },
    firing: ['a'],
    resolved: [],
    ageMs: 1001,
    want: 'repeat interval elapsed',
  },
  {
    name: 'nothing changed, and the clock was set back by long',
    entry: { firing: ['a'], resolved: [] },
    firing: ['a'],
    resolved: [],
    ageMs: -1001,
    want: 'repeat interval elapsed',
  },
] as const;

for (const { name, entry, firing, resolved, want, ...rest } of decisions) {
  test(`decides when ${name}`, () => {
    const reason = reasonToNotify(entry && { ...entry, timeMs: 0 }, {
      firing,
      resolved,
      timeMs: 'ageMs' in rest ? rest.ageMs : 500,
      repeatIntervalMs: 1000,
      sendResolved: 'sendResolved' in rest ? rest.sendResolved : true,
    });
    assert.equal(reason, want);
  });
}

test('one text may have several matchers, with or without braces', () => {
  const { config } = parseNotifyConfig(
    `route: {receiver: a, routes: [{matchers: ['b=c,d=~"e,f"', '{g!=h}']}]}\nreceivers: [{name: a}]`,
  );
  const [route] = config?.route.routes ?? [];
  assert.deepEqual(route?.matchers.map(String), ['b="c"', 'd=~"e,f"', 'g!="h"']);
});

test('what the API shows of the configuration has no secrets and no comments', () => {
  const { config } = parseNotifyConfig(`# until May: hunter2
global: {smtp_auth_password: hunter2, smtp_from: head, smtp_smarthost: 'mail:25'}
route: {receiver: r, group_by: ['...']} # not hunter2
receivers:
- name: r
  webhook_configs:
  - {url: 'https://hook.example.org/hunter2', http_config: {authorization: {credentials: &token hunter2}}}
  ntfy_configs: [{topic: ops, token: *token}]
  email_configs: [{to: ops}]
---
hunter2
`);
  assert.ok(config);
  assert.doesNotMatch(config.shown, /hunter2/);
  assert.match(config.shown, /url: 'https:\/\/hook\.example\.org\/<secret>'/);
  assert.match(config.shown, /smtp_auth_password: <secret>/);
  assert.match(config.shown, /group_by: \[ '\.\.\.' \]/);
  const read = parseNotifyConfig(config.shown);
  assert.deepEqual(read.problems, []);
  assert.deepEqual(read.config?.route, config.route);
});

test('what the API shows of the configuration is what Alertmanager has, too, so that amtool can read it', () => {
  const { config } = parseNotifyConfig(`
route:
  receiver: r
  repeat_interval_max: 8h
  routes: [{matchers: [a=b], escalate: {after: 1h, to: ours}, group_wait: 1s}]
receivers:
- name: r
  webhook_configs: [{url: 'http://hook/'}]
  exec_configs: [{command: [/bin/true]}]
- {name: ours, ntfy_configs: [{topic: ops}], alertmanager_configs: [{url: 'http://am:9093'}]}
`);
  assert.equal(
    config?.shown,
    `route:
  receiver: r
  routes: [ { matchers: [ a=b ], group_wait: 1s } ]
receivers:
  - name: r
    webhook_configs: [ { url: 'http://hook/<secret>' } ]
  - { name: ours }
`,
  );
});

test('inhibition: equal labels, missing equals empty, never in a circle', () => {
  const rule = {
    sourceMatchers: [parseMatcher('severity="critical"')],
    targetMatchers: [parseMatcher('severity=~"warning|critical"')],
    equal: ['host'],
  };
  const alert = (labels: Record<string, string>, endsAtMs?: number) => ({
    labels,
    annotations: {},
    startsAtMs: 0,
    endsAtMs,
    generatorUrl: '',
  });
  const inhibitor = new Inhibitor([rule]);
  const source = { severity: 'critical', host: 'a' };
  inhibitor.put(alert(source));
  assert.deepEqual(inhibitor.inhibitedBy({ severity: 'warning', host: 'a' }, 1), [
    fingerprint(source),
  ]);
  assert.deepEqual(inhibitor.inhibitedBy({ severity: 'warning', host: 'b' }, 1), []);
  assert.deepEqual(inhibitor.inhibitedBy({ severity: 'critical', host: 'a', x: 'y' }, 1), []);
  inhibitor.put(alert({ severity: 'critical' }));
  assert.equal(inhibitor.inhibitedBy({ severity: 'warning', host: '' }, 1).length, 1);
  inhibitor.put(alert(source, 5));
  assert.deepEqual(inhibitor.inhibitedBy({ severity: 'warning', host: 'a' }, 6), []);
});

const times: readonly {
  readonly name: string;
  readonly interval: TimeInterval;
  readonly at: string;
  readonly want: boolean;
}[] = [
  {
    name: 'start is included',
    interval: { times: [{ from: 60, to: 120 }] },
    at: '2026-11-21T01:00:00Z',
    want: true,
  },
  {
    name: 'end is not',
    interval: { times: [{ from: 60, to: 120 }] },
    at: '2026-11-21T02:00:00Z',
    want: false,
  },
  {
    name: 'Saturday',
    interval: { weekdays: [{ from: 6, to: 6 }] },
    at: '2026-11-21T12:00:00Z',
    want: true,
  },
  {
    name: 'the last day of a month',
    interval: { daysOfMonth: [{ from: -1, to: -1 }] },
    at: '2026-02-28T12:00:00Z',
    want: true,
  },
  {
    name: 'a day that the month has not',
    interval: { daysOfMonth: [{ from: 30, to: 31 }] },
    at: '2026-02-28T12:00:00Z',
    want: false,
  },
  {
    name: 'another time zone',
    interval: { times: [{ from: 0, to: 60 }], location: 'Europe/Vienna' },
    at: '2026-11-20T23:30:00Z',
    want: true,
  },
  {
    name: 'a month',
    interval: { months: [{ from: 12, to: 12 }] },
    at: '2026-11-21T12:00:00Z',
    want: false,
  },
  {
    name: 'a recurrence over midnight',
    interval: parseRecurrence('daily 22:00-02:00'),
    at: '2026-11-21T01:59:00Z',
    want: true,
  },
  {
    name: 'a recurrence on another day',
    interval: parseRecurrence('mon-fri 08:00-18:00'),
    at: '2026-11-21T10:00:00Z',
    want: false,
  },
];

for (const { name, interval, at, want } of times) {
  test(`time interval: ${name}`, () => assert.equal(containsTime(interval, Date.parse(at)), want));
}

test('recurrences that are none are refused', () => {
  for (const text of ['', 'someday', 'tue 2-4', 'tue 02:00-25:00', 'tue 02:00-04:00 a b']) {
    assert.throws(() => parseRecurrence(text), { code: 'recurrence-invalid' }, text);
  }
});
