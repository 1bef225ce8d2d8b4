/** Grouping, repeats, inhibition and silences against those of Alertmanager: the same alerts to both, the same webhook calls from both. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import {
  type AlertmanagerPair,
  type Call,
  type Peer,
  startPair,
} from './harness/alertmanager-pair.ts';

const HOUR_MS = 3_600_000;
/** Groups are looked at 1, 3, 5… seconds after their first alert; steps lie between. */
const TIMES = { group_wait: '1s', group_interval: '2s' };
const ALWAYS = { name: 'always', time_intervals: [{ years: ['2000:2100'] }] };
const NEVER = { name: 'never', time_intervals: [{ years: ['2000:2001'] }] };

type Labels = Readonly<Record<string, string>>;

interface PostedAlert {
  readonly labels: Labels;
  /** Seconds after the start; without it an hour. */
  readonly endsAt?: number;
  readonly startsAt?: number;
  readonly summary?: string;
}

interface PostedSilence {
  readonly name: string;
  /** `host=a`, `host!=a`, `host=~a|b`, `host!~a` */
  readonly matchers: readonly string[];
  /** Seconds after the start. */
  readonly startsAt: number;
  readonly endsAt: number;
}

interface Step {
  /** Seconds after the start. */
  readonly at: number;
  readonly alerts?: readonly PostedAlert[];
  /** One of a name that was posted before is changed. */
  readonly silence?: PostedSilence;
  /** Name of the silence that is ended. */
  readonly expire?: string;
}

/** Its alerts carry the label `case` with its name, by which they come to its route. */
interface Scenario {
  readonly name: string;
  readonly route?: object;
  /** Of its receiver's webhook, and of receivers for routes below it by their names behind `NAME-`. */
  readonly hook?: object;
  readonly receivers?: readonly string[];
  /** What the webhook answers to the call of a number. */
  readonly answer?: (index: number) => number;
  readonly steps: readonly Step[];
  /** How many calls there are, so that no scenario agrees by silence. */
  readonly calls: number;
}

const fires = (labels: Labels): PostedAlert => ({ labels });
const ends = (labels: Labels, at: number): PostedAlert => ({ labels, endsAt: at });
const a = { alertname: 'X', host: 'a' };
const b = { alertname: 'X', host: 'b' };
const y = { alertname: 'Y', host: 'a' };

const scenarios: readonly Scenario[] = [
  {
    name: 'grouped',
    route: { group_by: ['alertname'] },
    steps: [
      { at: 0, alerts: [fires(a), fires(y)] },
      { at: 2, alerts: [fires(b)] },
      { at: 4, alerts: [ends(a, 4)] },
      { at: 6, alerts: [ends(b, 6), ends(y, 6)] },
      { at: 8, alerts: [fires(a)] },
    ],
    calls: 7,
  },
  {
    name: 'by-all-labels',
    route: { group_by: ['...'] },
    steps: [{ at: 0, alerts: [fires(a), fires(b)] }],
    calls: 2,
  },
  {
    name: 'in-one',
    steps: [{ at: 0, alerts: [fires(b), fires(y), fires({ alertname: 'Z' })] }],
    calls: 1,
  },
  {
    name: 'by-a-label-that-some-have',
    route: { group_by: ['host', 'rack'] },
    steps: [
      { at: 0, alerts: [fires(a), fires({ alertname: 'Z' }), fires({ rack: 'r', host: '' })] },
    ],
    calls: 3,
  },
  {
    name: 'repeated',
    route: { repeat_interval: '3s' },
    steps: [{ at: 0, alerts: [fires(a)] }],
    calls: 3,
  },
  {
    name: 'over-is-not-told',
    hook: { send_resolved: false },
    steps: [
      { at: 0, alerts: [fires(a), fires(b)] },
      { at: 2, alerts: [ends(a, 2)] },
      { at: 4, alerts: [ends(b, 4)] },
      { at: 8, alerts: [fires(b)] },
    ],
    calls: 2,
  },
  {
    name: 'brief',
    steps: [
      { at: 0, alerts: [fires(a)] },
      { at: 0.5, alerts: [ends(a, 0.5)] },
    ],
    calls: 0,
  },
  {
    name: 'old',
    steps: [
      { at: 0, alerts: [{ labels: a, startsAt: -600 }] },
      { at: 1, alerts: [{ labels: b, startsAt: -600 }] },
    ],
    calls: 2,
  },
  {
    name: 'runs-out',
    steps: [{ at: 0, alerts: [ends(a, 4), fires(b)] }],
    calls: 2,
  },
  {
    name: 'told-otherwise',
    steps: [
      { at: 0, alerts: [{ labels: a, summary: 'one' }] },
      { at: 2, alerts: [{ labels: a, summary: 'two', startsAt: 1 }] },
      { at: 4, alerts: [fires(b)] },
    ],
    calls: 2,
  },
  {
    name: 'continued',
    route: {
      routes: [
        { receiver: 'continued-first', matchers: ['host=~"a|b"'], continue: true },
        { receiver: 'continued-second', matchers: ['host="a"', 'alertname!="Y"'] },
        { receiver: 'continued-third', match_re: { host: 'a|b' } },
      ],
    },
    receivers: ['first', 'second', 'third'],
    steps: [{ at: 0, alerts: [fires(a), fires(b), fires(y), fires({ alertname: 'Z' })] }],
    calls: 4,
  },
  {
    name: 'nested',
    route: {
      group_by: ['alertname'],
      routes: [
        {
          receiver: 'nested-child',
          match: { host: 'a' },
          repeat_interval: '3s',
          routes: [{ matchers: ['alertname="Y"', 'rack!~"r.*"'], group_by: [] }],
        },
      ],
    },
    receivers: ['child'],
    steps: [{ at: 0, alerts: [fires(a), fires(b), fires(y)] }],
    calls: 7,
  },
  ...[
    { name: 'muted', mute_time_intervals: ['never', 'always'], calls: 0 },
    { name: 'not-muted', mute_time_intervals: ['never'], calls: 1 },
    { name: 'active', active_time_intervals: ['always', 'never'], calls: 1 },
    { name: 'not-active', active_time_intervals: ['never'], calls: 0 },
  ].map(({ name, calls, ...route }) => ({
    name,
    route,
    steps: [{ at: 0, alerts: [fires(a)] }],
    calls,
  })),
  {
    name: 'truncated',
    hook: { max_alerts: 2 },
    steps: [
      { at: 0, alerts: [fires(a), fires(b), fires(y), fires({ alertname: 'Z', host: 'c' })] },
      { at: 2, alerts: [ends(a, 2), ends(b, 2)] },
    ],
    calls: 2,
  },
  {
    name: 'inhibited',
    route: { group_by: ['...'] },
    steps: [
      {
        at: 0,
        alerts: [
          { alertname: 'Source', host: 'a' },
          { alertname: 'Target', host: 'a', n: '1' },
          { alertname: 'Target', host: 'b' },
          { alertname: 'Target' },
          // Missing on both sides equals; both sides of a rule do not inhibit each other; nor do rules in a circle.
          { alertname: 'Source' },
          { alertname: 'Both', host: 'c', n: '1' },
          { alertname: 'Both', host: 'c', n: '2' },
          { alertname: 'Ring', way: '1', host: 'd' },
          { alertname: 'Ring', way: '2', host: 'd' },
        ].map(fires),
      },
      {
        at: 4,
        alerts: [{ alertname: 'Source' }, { alertname: 'Source', host: 'a' }].map((labels) =>
          ends(labels, 4),
        ),
      },
    ],
    calls: 9,
  },
  {
    name: 'silenced',
    route: { group_by: ['...'] },
    steps: [
      {
        at: 0,
        silence: { name: 'one', matchers: ['host=~a|b'], startsAt: 0, endsAt: 3600 },
      },
      {
        at: 0,
        silence: {
          name: 'two',
          matchers: ['host!=c', 'host!~a.*', 'host!=d'],
          startsAt: 0,
          endsAt: 4,
        },
      },
      { at: 0, silence: { name: 'late', matchers: ['host=d'], startsAt: 2, endsAt: 3600 } },
      { at: 0.2, alerts: ['a', 'b', 'c', 'd', 'e'].map((host) => fires({ alertname: 'X', host })) },
      { at: 2, alerts: [ends({ alertname: 'X', host: 'd' }, 2)] },
      { at: 6, silence: { name: 'one', matchers: ['host=b'], startsAt: 0, endsAt: 3600 } },
      { at: 8, expire: 'one' },
    ],
    calls: 5,
  },
  {
    name: 'of-odd-names',
    route: {
      group_by: ['alertname', 'path'],
      routes: [{ receiver: 'of-odd-names-child', matchers: ['path=~".*\\"\\\\d+\\".*"'] }],
    },
    receivers: ['child'],
    steps: [
      {
        at: 0,
        alerts: [
          { alertname: 'Größe "1" \\ 2', path: 'a\nb', empty: '' },
          { alertname: 'X', path: '"12"' },
          { alertname: '<&>\u0007', path: '\t' },
        ].map(fires),
      },
    ],
    calls: 3,
  },
  {
    name: 'refused',
    answer: (index) => (index < 2 ? 404 : 200),
    steps: [{ at: 0, alerts: [fires(a)] }],
    calls: 1,
  },
  {
    name: 'down',
    answer: (index) => (index < 1 ? 503 : 200),
    steps: [{ at: 0, alerts: [fires(a)] }],
    calls: 1,
  },
];

const routing = (hook: string) =>
  stringify({
    route: {
      receiver: 'rest',
      ...TIMES,
      repeat_interval: '1h',
      routes: scenarios.map(({ name, route }) => ({
        receiver: name,
        matchers: [`case="${name}"`],
        ...route,
      })),
    },
    receivers: [
      { name: 'rest' },
      ...scenarios.flatMap(({ name, hook: options, receivers = [] }) =>
        [name, ...receivers.map((child) => `${name}-${child}`)].map((receiver) => ({
          name: receiver,
          webhook_configs: [{ url: `${hook}/${receiver}`, ...options }],
        })),
      ),
    ],
    inhibit_rules: [
      {
        source_matchers: ['alertname="Source"'],
        target_matchers: ['alertname="Target"'],
        equal: ['host'],
      },
      {
        source_match: { alertname: 'Both' },
        target_match_re: { alertname: 'B.*' },
        equal: ['host'],
      },
      { source_matchers: ['way="1"'], target_matchers: ['way="2"'], equal: ['alertname', 'host'] },
      { source_matchers: ['way="2"'], target_matchers: ['way="1"'], equal: ['alertname', 'host'] },
    ],
    time_intervals: [ALWAYS, NEVER],
  });

const answers = Object.fromEntries(
  scenarios.flatMap(({ name, answer }) => (answer ? [[`/${name}`, answer]] : [])),
);
/** After the last step its groups are looked at once more. */
const LAST_SECOND = 10.5;

let pair: AlertmanagerPair;
before(async () => {
  pair = await startPair(routing, answers);
  await Promise.all([pair.theirs, pair.ours].map((peer) => play(peer, Date.now())));
});
after(() => pair.close());

/** Runs all scenarios at once on one of the two. */
async function play(peer: Peer, startMs: number): Promise<void> {
  const ids = new Map<string, string>();
  const steps = scenarios.flatMap((scenario) =>
    scenario.steps.map((step) => ({ step, scenario: scenario.name })),
  );
  const wait = (seconds: number) => sleep(Math.max(0, startMs + seconds * 1000 - Date.now()));
  for (const { step, scenario } of steps.toSorted((p, q) => p.step.at - q.step.at)) {
    await wait(step.at);
    if (step.alerts) {
      const alerts = step.alerts.map((alert) => toJson(alert, scenario, startMs));
      await call(peer, 'POST', '/alerts', alerts);
    }
    if (step.silence) {
      const { name } = step.silence;
      const body = silenceJson(step.silence, scenario, startMs, ids.get(name));
      const { silenceID } = (await call(peer, 'POST', '/silences', body)) as { silenceID: string };
      ids.set(name, silenceID);
    }
    if (step.expire) await call(peer, 'DELETE', `/silence/${ids.get(step.expire)}`);
  }
  await wait(LAST_SECOND);
}

async function call(peer: Peer, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${peer.url}/api/v2${path}`, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  const text = await response.text();
  assert.equal(response.status, 200, `${method} ${peer.url}${path}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

function toJson(
  { labels, startsAt = 0, endsAt, summary }: PostedAlert,
  name: string,
  startMs: number,
) {
  const at = (seconds: number) => new Date(startMs + seconds * 1000).toISOString();
  return {
    labels: { ...labels, case: name },
    annotations: { summary: summary ?? `about ${labels['host']}` },
    startsAt: at(startsAt),
    endsAt: at(endsAt ?? HOUR_MS / 1000),
    generatorURL: 'http://rules/1',
  };
}

function silenceJson(
  silence: PostedSilence,
  name: string,
  startMs: number,
  id: string | undefined,
) {
  const at = (seconds: number) => new Date(startMs + seconds * 1000).toISOString();
  const matchers = [`case=${name}`, ...silence.matchers].map((text) => {
    const [, label, operator = '', value] = /^(\w+)(=~|!~|!=|=)(.*)$/.exec(text) ?? [];
    return {
      name: label,
      value,
      isRegex: operator.endsWith('~'),
      isEqual: operator.startsWith('='),
    };
  });
  return {
    ...(id !== undefined && { id }),
    matchers,
    startsAt: at(silence.startsAt),
    endsAt: at(silence.endsAt),
    createdBy: 'test',
    comment: 'c',
  };
}

/** What a receiver accepted: seconds after the scenarios' start are left out, addresses too. */
function callsOf({ hook }: Peer, name: string): readonly object[] {
  return hook.calls
    .filter(({ payload }) => payload.commonLabels['case'] === name)
    .filter(({ isAccepted }) => isAccepted)
    .map(comparable)
    .toSorted((p, q) => (orderOf(p) < orderOf(q) ? -1 : 1));
}

function comparable({ path, payload }: Call, index: number) {
  const times = payload.alerts.map(({ startsAt }) => Date.parse(startsAt));
  const alerts = payload.alerts.map((one, place) => ({
    ...one,
    // Both began at their own time: starts are told relative to that of the first alert.
    startsAt: (times[place] ?? 0) - Math.min(...times),
    endsAt: one.status === 'resolved' ? 'over' : one.endsAt,
  }));
  return { index, path, payload: { ...payload, alerts, externalURL: '' } };
}

/** Groups that are due in the same moment are told of in any order; those of one group keep theirs. */
function orderOf({ path, payload, index }: ReturnType<typeof comparable>): string {
  return `${path} ${payload.groupKey} ${String(index).padStart(6, '0')}`;
}

for (const { name, calls } of scenarios) {
  test(`the same webhook calls: ${name}`, () => {
    const withoutIndex = (peer: Peer) => callsOf(peer, name).map((one) => ({ ...one, index: 0 }));
    const want = withoutIndex(pair.theirs);
    assert.deepEqual(withoutIndex(pair.ours), want);
    assert.equal(want.length, calls);
  });
}
