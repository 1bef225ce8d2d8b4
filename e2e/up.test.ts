/** `clustermon up` on one machine: this host is live, daemons come back, everything ends when told. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import type { HostDetail, HostList } from '../wire/http.ts';
import { type Appliance, CLUSTERMON, startAppliance } from './harness/appliance.ts';
import { childrenOf, waitFor } from './harness/process.ts';

let appliance: Appliance;

before(async () => {
  appliance = await startAppliance();
});
after(async () => {
  await appliance.close();
});

const thisHost = async (): Promise<HostDetail> => {
  const { hosts } = await appliance.get<HostList>('/api/hosts');
  assert.equal(hosts.length, 1);
  return appliance.get<HostDetail>(`/api/hosts/${encodeURIComponent(hosts[0]?.name ?? '')}`);
};

const knownSeries = (host: HostDetail) => host.series.filter(({ value }) => value !== null);

test('this host is up within seconds, with at least 60 known metrics', async () => {
  // Rates are known from the second sample on.
  const names = ['load_one', 'cpu_user', 'mem_free', 'bytes_in', 'disk_free', 'proc_total'];
  const host = await waitFor(`60 known series, with ${names.join(', ')}`, async () => {
    const found = await thisHost();
    const known = new Set(knownSeries(found).map(({ metric }) => metric));
    const isComplete = knownSeries(found).length >= 60 && names.every((name) => known.has(name));
    return found.state === 'up' && isComplete ? found : undefined;
  });
  assert.ok(
    host.facts['os.release'] ?? Object.keys(host.facts).length > 3,
    JSON.stringify(host.facts),
  );
});

test('its values advance every second', async () => {
  const times = new Set<number>();
  await waitFor('five seconds of samples', async () => {
    const load = (await thisHost()).series.find(({ key }) => key === 'load_one');
    if (load?.timeMs) times.add(Math.floor(load.timeMs / 1000));
    return times.size >= 5;
  });
  const seconds = [...times].sort((a, b) => a - b);
  for (const [index, second] of seconds.slice(1).entries()) {
    assert.equal(second - (seconds[index] ?? 0), 1, `seconds seen: ${seconds.join(' ')}`);
  }
});

test('the page is served from the same address, with a policy that forbids other origins', async () => {
  const response = await fetch(appliance.url);
  assert.equal(response.status, 200);
  assert.match(await response.text(), /<title>[^<]*clustermon/i);
  assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'self'/);
});

test('metric send: a value of my own shows up under this host', async () => {
  await waitFor('the agent to take a metric', () => {
    execFileSync(
      CLUSTERMON,
      [
        '--data',
        appliance.data,
        'metric',
        'send',
        'room_temperature',
        '21.5',
        '--units',
        'C',
        '--label',
        'room=east',
      ],
      { stdio: 'ignore' },
    );
    return true;
  });
  const series = await waitFor('the series', async () =>
    (await thisHost()).series.find(
      ({ metric, value }) => metric === 'room_temperature' && value !== null,
    ),
  );
  assert.deepEqual(
    { value: series.value, units: series.units, labels: series.labels },
    { value: 21.5, units: 'C', labels: { room: 'east' } },
  );
});

test('top on a terminal is in colours, and without them where NO_COLOR says so', () => {
  const top = (env: Readonly<Record<string, string>>) =>
    // script(1) makes a terminal of its own.
    execFileSync(
      'script',
      ['-qec', `'${CLUSTERMON}' --data '${appliance.data}' top --once`, '/dev/null'],
      {
        env: { PATH: process.env['PATH'] ?? '', SHELL: '/bin/sh', TERM: 'xterm', ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
        encoding: 'utf8',
      },
    );
  assert.ok(top({}).includes('\u001b[1mHOST'));
  assert.match(top({ NO_COLOR: '1' }), /^HOST +STATE/m);
});

for (const daemon of ['agent', 'collector']) {
  test(`kill -9 of the ${daemon} is survived: a new one runs within 5 s`, async () => {
    const find = async () =>
      (await childrenOf(appliance.process.pid)).find(({ command }) =>
        command.includes(`${daemon}/main.ts`),
      );
    const first = await waitFor(`the ${daemon}`, find);
    process.kill(first.pid, 'SIGKILL');
    await waitFor(
      `a new ${daemon}`,
      async () => {
        const now = await find();
        return now !== undefined && now.pid !== first.pid;
      },
      5_000,
    );
    const fromMs = Date.now();
    await waitFor('fresh samples', async () => {
      const load = (await thisHost()).series.find(({ key }) => key === 'load_one');
      return (load?.timeMs ?? 0) > fromMs;
    });
  });
}

test('SIGINT ends every process, and the host says BYE first', async () => {
  const children = await childrenOf(appliance.process.pid);
  assert.ok(children.length >= 2);
  assert.equal(await appliance.process.end('SIGINT'), 0);
  for (const { pid, command } of children) {
    assert.throws(() => process.kill(pid, 0), `${command} is still there`);
  }
});

test('a second appliance on the same data folder is refused with a reason', async () => {
  const first = await startAppliance({ data: appliance.data });
  try {
    await assert.rejects(
      startAppliance({ data: appliance.data, command: 'collector' }),
      /ended with/,
    );
  } finally {
    await first.close();
  }
});
