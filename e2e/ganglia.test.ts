/** Ganglia's own programs beside a collector: gmond and gmetric send to it, gmetad and gstat read from it, gmond hears our agent. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { HostDetail, HostSummary } from '../wire/http.ts';
import { type Appliance, CLUSTERMON, startAppliance } from './harness/appliance.ts';
import { makeNetwork, type TestHost, type TestNetwork } from './harness/network.ts';
import { startProcess, type TestProcess, waitFor } from './harness/process.ts';

const GROUP = '239.2.11.71';
const MODULES = dirname(
  execFileSync('dpkg', ['-L', 'ganglia-monitor', 'libganglia1'], { encoding: 'utf8' })
    .split('\n')
    .find((file) => file.endsWith('/modload.so')) ?? assert.fail('no modules of gmond'),
);

/** Sends each metric once a second, but its metadata only at start and when asked. */
const GMOND = `
globals { daemonize = no  setuid = no  debug_level = 0  host_dmax = 0  send_metadata_interval = 0 }
cluster { name = "old" }
host { location = "3,7,1" }
udp_send_channel { mcast_join = ${GROUP}  port = 8649  ttl = 1 }
udp_recv_channel { mcast_join = ${GROUP}  port = 8649  bind = ${GROUP} }
tcp_accept_channel { port = 8649 }
modules {
  module { name = "core_metrics" }
  module { name = "load_module"  path = "${MODULES}/modload.so" }
  module { name = "sys_module"  path = "${MODULES}/modsys.so" }
}
collection_group { collect_once = yes  time_threshold = 2  metric { name = "heartbeat" } metric { name = "location" } }
collection_group { collect_every = 1  time_threshold = 1
  metric { name = "load_one"  title = "One Minute Load Average" }
  metric { name = "os_name"  title = "Operating System" }
}
`;

/** gmetad's own are the usual ones. */
const QUERY_PORT = 18_652;
const RRD_FOLDER = 'rrds';

let network: TestNetwork;
let head: TestHost;
let node: TestHost;
let appliance: Appliance;
let gmond: TestProcess;
const folder = mkdtempSync(join(tmpdir(), 'clustermon-ganglia-'));
const gmondConf = join(folder, 'gmond.conf');
const gmetricConf = join(folder, 'gmetric.conf');

before(async () => {
  writeFileSync(gmondConf, GMOND);
  network = makeNetwork(2);
  [head = assert.fail(), node = assert.fail()] = network.hosts;
  // Past gmond, which prints what is not XML into its own.
  const channel = `udp_send_channel { host = ${head.address}  port = 8649 }`;
  writeFileSync(gmetricConf, `globals { setuid = no }\n${channel}\n`);
  // gmond looks names of addresses up, and waits for a DNS that is not there.
  for (const { namespace } of network.hosts) {
    const folderOfHost = join('/etc/netns', namespace);
    mkdirSync(folderOfHost, { recursive: true });
    const names = network.hosts.map(({ name, address }) => `${address} ${name}\n`);
    writeFileSync(join(folderOfHost, 'hosts'), `127.0.0.1 localhost\n${names.join('')}`);
  }
  // A name of its own: a network namespace has none.
  gmond = startProcess(
    'unshare',
    ['--uts', 'sh', '-c', `hostname old-node && exec /usr/sbin/gmond -f -c ${gmondConf}`],
    { host: node },
  );
  const collector = {
    webPort: 0,
    interfaces: ['eth0'],
    gangliaPort: 8649,
    gangliaGroup: GROUP,
    gangliaInterfaces: ['eth0'],
    gangliaFrom: ['10.99.0.0/24'],
    gangliaGmondPort: 8649,
    gangliaQueryPort: QUERY_PORT,
    gangliaCluster: 'new',
  };
  const config = JSON.stringify({ collector });
  appliance = await startAppliance({ command: 'collector', host: head, config });
});
after(async () => {
  await appliance.close();
  await gmond.end();
  network.remove();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; value: [number, string] }[];
  };
}

/** What an instant query gives, once it gives something. */
function query(expr: string) {
  return waitFor(
    `a result of ${expr}; the collector says:\n${appliance.process.output()}`,
    async () => {
      const path = `/api/v1/query?query=${encodeURIComponent(expr)}`;
      const { data } = await appliance.get<Answer>(path);
      return data.result.length > 0 && data.result;
    },
  );
}

/** Runs gmetric on the node. */
function gmetric(...args: readonly string[]): void {
  node.run(
    'unshare',
    '--uts',
    'sh',
    '-c',
    'hostname old-node && exec "$@"',
    'sh',
    'gmetric',
    '-c',
    gmetricConf,
    ...args,
  );
}

async function detailOf(name: string): Promise<HostDetail> {
  return appliance.get<HostDetail>(`/api/hosts/${name}`);
}

test('a gmond that runs for longer is a host with its metrics: metadata is asked for', async () => {
  await query('load_one{host="old-node"} >= 0');
  const { series, facts } = await waitFor('the text of os_name, and all facts', async () => {
    const detail = await detailOf('old-node');
    const isKnown = detail.series.some(({ metric }) => metric === 'os_name');
    return isKnown && Object.keys(detail.facts).length === 3 && detail;
  });
  const received = series.filter(({ group }) => group !== 'agent');
  const told = received.map(({ metric, type, slope, tmax, group, title, value }) =>
    [metric, type, slope, tmax, group, title, type === 'string' && value].join(' '),
  );
  assert.deepEqual(told.sort(), [
    'load_one double both 70 load One Minute Load Average false',
    'os_name string zero 1200 system Operating System Linux',
  ]);
  assert.equal(facts['ganglia_address'], node.address);
  assert.equal(facts['ganglia_location'], '3,7,1');
  assert.match(String(facts['ganglia_started']), /^\d{10}$/);
});

test('what gmetric sends is a metric of its host, or of the one that it speaks for', async () => {
  gmetric('-n', 'jobs', '-v', '12', '-t', 'uint16', '-u', 'n', '-g', 'batch', '-T', 'Jobs <&>');
  gmetric('-n', 'power/in', '-v', '-0.5e2', '-t', 'double', '-S', '10.99.0.77:pdu-1');
  const [jobs] = await query('jobs{host="old-node"}');
  assert.equal(jobs?.value[1], '12');
  const [power] = await query('power_in{host="pdu-1"}');
  assert.equal(power?.value[1], '-50');
  const { series } = await detailOf('old-node');
  const found = series.find(({ metric }) => metric === 'jobs');
  assert.deepEqual([found?.units, found?.group, found?.title], ['n', 'batch', 'Jobs <&>']);
});

/** What gmetad, or we, answer to a question that comes by HTTP. */
const asked = (port: number, path: string) =>
  head.run('curl', '-sS', '-g', `http://127.0.0.1:${port}${path}`);

const LOAD_OF_NODE =
  /<HOST NAME="old-node" IP="10\.99\.0\.2" [^>]+>\n<METRIC NAME="load_one" VAL="[\d.]+" [^>]+ SOURCE="gmond">/;

test('gmetad reads the hosts of the collector, keeps their archives and serves them as its own', async () => {
  const rrds = join(folder, RRD_FOLDER);
  mkdirSync(rrds);
  const conf = join(folder, 'gmetad.conf');
  writeFileSync(
    conf,
    `data_source "new" 1 127.0.0.1:8649\ngridname "G"\nrrd_rootdir "${rrds}"\nsetuid off\n`,
  );
  const gmetad = startProcess('gmetad', ['-c', conf, '-d', '1'], { host: head });
  try {
    await waitFor(`archives; gmetad says:\n${gmetad.output()}`, () =>
      existsSync(join(rrds, 'new', 'old-node', 'load_one.rrd')),
    );
    await waitFor('gmetad to answer', () =>
      LOAD_OF_NODE.test(asked(8652, '/new/old-node/load_one')),
    );
    assert.match(asked(QUERY_PORT, '/new/old-node/load_one'), LOAD_OF_NODE);
    for (const port of [8652, QUERY_PORT]) {
      const summary = asked(port, '/new?filter=summary');
      assert.match(summary, /<HOSTS UP="2" DOWN="0" SOURCE="gmetad"\/>/);
      assert.match(summary, /<METRICS NAME="jobs" SUM="12" NUM="1" TYPE="double" UNITS="n"/);
    }
    assert.doesNotMatch(gmetad.output(), /not well-formed|error/i);
  } finally {
    await gmetad.end();
  }
});

test('gstat lists the hosts', () => {
  const list = head.run('gstat', '-a');
  assert.match(list, /Name: new\n +Hosts: 2\n/);
  assert.match(list, /^old-node\n +0 \( +0\/ +0\) \[ +\d+\.\d\d, /m);
});

test('an agent that comes takes the name of its host over: it is there once', async () => {
  const secret = join(appliance.data, 'secret');
  const agent = startProcess(
    CLUSTERMON,
    ['--data', join(folder, 'agent'), 'agent', '--host-name', 'old-node', '--secret-file', secret],
    { host: node },
  );
  try {
    await waitFor('the agent to be old-node', async () => {
      const { hosts } = await appliance.get<{ hosts: HostSummary[] }>('/api/hosts');
      const states = hosts.map(({ name, state }) => `${name} ${state}`).sort();
      return states.join() === 'old-node up,old-node-ganglia stopped,pdu-1 up';
    });
  } finally {
    await agent.end();
  }
});

test('a gmond hears the metrics of an agent that is told to send them', async () => {
  const file = join(folder, 'agent.yaml');
  const data = join(folder, 'sending-agent');
  const secret = join(appliance.data, 'secret');
  writeFileSync(file, JSON.stringify({ agent: { data, gangliaTarget: `${GROUP}:8649` } }));
  const agent = startProcess(
    CLUSTERMON,
    ['--config', file, 'agent', '--host-name', 'sender', '--secret-file', secret],
    {
      host: head,
    },
  );

  try {
    const cpus = await waitFor('the agent among the hosts of gmond', () => {
      const list = node.run('gstat', '-a');
      const [, count] = /^host1\n +([1-9]\d*) \( +\d+\/ *[1-9]\d*\) /m.exec(list) ?? [];
      return count;
    });
    const [own] = await query('cpu_num{host="sender"}');
    assert.equal(own?.value[1], cpus);
  } finally {
    await agent.end();
  }
});
