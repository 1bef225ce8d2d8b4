/** Debian's amtool, and the API that it uses, on Alertmanager and on us: the same requests, the same answers. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { type AlertmanagerPair, type Peer, startPair } from './harness/alertmanager-pair.ts';
import { waitFor } from './harness/process.ts';

const routing = () => `
route:
  receiver: all
  group_by: [alertname]
  group_wait: 1h
  routes:
    - {receiver: pager, matchers: ['severity="critical"'], group_by: ['...'], continue: true}
    - {receiver: quiet, matchers: [team=~"q.*"], group_by: [team, alertname]}
receivers: [{name: all}, {name: pager}, {name: quiet}]
inhibit_rules:
  - {source_matchers: [alertname="HostDown"], target_matchers: [alertname!="HostDown"], equal: [host]}
`;

const START = new Date().toISOString();
const END = new Date(Date.now() + 3_600_000).toISOString();

let pair: AlertmanagerPair;
before(async () => {
  pair = await startPair(routing);
  for (const peer of [pair.theirs, pair.ours]) {
    for (const labels of [
      ['HostDown', 'host=x'],
      ['Disk', 'host=x', 'severity=critical'],
      ['Load', 'host=y', 'team=q2'],
    ]) {
      const times = [`--start=${START}`, `--end=${END}`];
      const { code, said } = await amtool(peer, [
        'alert',
        'add',
        ...labels,
        ...times,
        '--annotation=summary=why',
      ]);
      assert.equal(code, 0, said);
    }
  }
  for (const peer of [pair.theirs, pair.ours]) {
    await waitFor('three alerts', async () => {
      const alerts = (await (await fetch(`${peer.url}/api/v2/alerts`)).json()) as unknown[];
      return alerts.length === 3;
    });
  }
});
after(() => pair.close());

interface Run {
  readonly code: number;
  readonly said: string;
}

function amtool(peer: Peer, words: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    // It warns of any version that is not its own.
    const options = [`--alertmanager.url=${peer.url}`, '--no-version-check'];
    execFile('amtool', [...options, ...words], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, said: stdout + stderr });
    });
  });
}

const commands: readonly (readonly string[])[] = [
  ['alert', 'query'],
  ['alert', 'query', '--inhibited'],
  ['alert', 'query', '--receiver=qui.*'],
  ['alert', 'query', 'Load'],
  ['alert', 'query', 'host=~"x|y"', 'alertname!=Load', '-o', 'extended', '--inhibited', '--active'],
  ['silence', 'query'],
  ['silence', 'add', 'host=y'],
  ['silence', 'expire', 'nonsense'],
  ['config', 'show'],
  ['config', 'routes', 'show'],
  ['config', 'routes', 'test', 'severity=critical', 'team=q1'],
  ['config', 'routes', 'test', '--tree', 'team=q1'],
  ['config', 'routes', 'test', '--verify.receivers=pager', 'team=q1'],
];

for (const words of commands) {
  test(`amtool ${words.join(' ')}`, async () => {
    const [want, got] = await Promise.all(
      [pair.theirs, pair.ours].map((peer) => amtool(peer, words)),
    );
    assert.equal(got?.code, want?.code, got?.said);
    // Errors and the file itself are told in words of one's own.
    if (want?.code === 0 && words[1] !== 'show') assert.equal(got?.said, want.said);
  });
}

test('amtool: a silence is added, found, exported, ended and imported', async () => {
  for (const peer of [pair.theirs, pair.ours]) {
    const said = async (...words: string[]) => {
      const run = await amtool(peer, words);
      assert.equal(run.code, 0, run.said);
      return run.said.trim();
    };
    const id = await said(
      'silence',
      'add',
      'host=y',
      '--duration=1h',
      '--comment=why',
      '--author=me',
    );
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(await said('silence', 'query', '--quiet', '--created-by=me', 'host=y'), id);
    assert.match(await said('alert', 'query', '--silenced'), /Load/);
    await said('silence', 'update', '--duration=2h', '--comment=longer', id);
    assert.match(await said('silence', 'query'), /longer/);
    const file = `${pair.file}.silences`;
    writeFileSync(file, await said('silence', 'query', '-o', 'json'));
    await said('silence', 'expire', ...(await said('silence', 'query', '--quiet')).split('\n'));
    assert.equal(await said('silence', 'query', '--quiet'), '');
    assert.match(await said('silence', 'query', '--expired'), /longer/);
    await said('silence', 'import', file);
    assert.match(await said('silence', 'query'), /longer/);
    await said('silence', 'expire', await said('silence', 'query', '--quiet'));
  }
});

test('amtool takes the routing file, and tells that there is no cluster', async () => {
  assert.equal((await amtool(pair.ours, ['check-config', pair.file])).code, 0);
  assert.match((await amtool(pair.ours, ['cluster', 'show'])).said, /disabled/);
});

for (const path of [
  '/alerts',
  '/alerts?inhibited=false',
  '/alerts?filter=host%3D%22y%22',
  '/alerts?receiver=qui.*',
  '/receivers',
]) {
  test(`GET ${path}`, async () => {
    const [want, got] = await Promise.all(
      [pair.theirs, pair.ours].map(async ({ url }) => (await fetch(`${url}/api/v2${path}`)).json()),
    );
    assert.deepEqual(withoutTimes(got), withoutTimes(want));
  });
}

for (const path of [
  '/alerts?receiver=(',
  '/alerts?filter={',
  '/silence/00000000-0000-4000-8000-000000000000',
]) {
  test(`GET ${path} is refused by the same status`, async () => {
    const statuses = [pair.theirs, pair.ours].map(
      async ({ url }) => (await fetch(`${url}/api/v2${path}`)).status,
    );
    const [want, got] = await Promise.all(statuses);
    assert.equal(got, want);
  });
}

/** `updatedAt` is when each was asked; `mutedBy` came with a later Alertmanager. */
function withoutTimes(answer: unknown): unknown {
  assert.ok(Array.isArray(answer));
  return answer.map(({ updatedAt: _, status, ...rest }) => ({
    ...rest,
    ...(status && {
      status: {
        state: status.state,
        silencedBy: status.silencedBy,
        inhibitedBy: status.inhibitedBy,
      },
    }),
  }));
}
