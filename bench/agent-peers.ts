/** How the agents that `bench/agent.ts` compares are installed, configured and started. All talk to loopback only. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AGENT_NODE_FLAGS } from '../base/agent-flags.ts';
import { bundleAgent } from '../pxe/image/agent-package.ts';

export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  /** Asked once a second, as its own collector would. */
  readonly scrape?: string;
}

const PACKAGES = ['ganglia-monitor', 'collectd-core', 'prometheus-node-exporter', 'netdata-core'];
/** Nobody listens there, and the agents do not mind. */
const SINK_PORT = 18_641;

/** Installs the Debian packages that are missing; daemons that come with them do not start (policy-rc.d answers "not allowed"). */
export function installPeers(): void {
  const isThere = (name: string) => spawnSync('dpkg', ['-s', name]).status === 0;
  const missing = PACKAGES.filter((name) => !isThere(name));
  if (missing.length === 0) return;
  const script = `printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d
    apt-get install -y -qq --no-install-recommends ${missing.join(' ')}; rm -f /usr/sbin/policy-rc.d`;
  spawnSync('sh', ['-c', script], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** @param folder for bundles, configurations and copies of Node: a process of its own copy shares no page with any other */
export async function contenders(folder: string): Promise<Contender[]> {
  return [
    ...(await nodes(folder)),
    ...gmonds(folder),
    collectd(folder),
    ...exporters(),
    netdata(folder),
  ];
}

async function nodes(folder: string): Promise<Contender[]> {
  const data = join(folder, 'agent');
  mkdirSync(data);
  const bundle = join(folder, 'agent.cjs');
  writeFileSync(bundle, await bundleAgent());
  const empty = join(folder, 'empty.mjs');
  writeFileSync(empty, 'setInterval(() => {}, 1000);\n');
  const argument = JSON.stringify({ data, open: true, group: '127.0.0.1', port: SINK_PORT });
  const node = (name: string) => {
    const copy = join(folder, name);
    copyFileSync(process.execPath, copy);
    return copy;
  };
  return [
    { name: 'empty Node process', command: [node('node-empty'), empty] },
    {
      name: 'empty Node process, lean flags',
      command: [node('node-lean'), ...AGENT_NODE_FLAGS, empty],
    },
    {
      name: 'clustermon agent, all sources',
      command: [node('node-agent'), ...AGENT_NODE_FLAGS, bundle, argument],
    },
    {
      name: 'clustermon agent, default flags',
      command: [node('node-default'), bundle, argument],
    },
  ];
}

function gmonds(folder: string): Contender[] {
  const modules = spawnSync('sh', ['-c', 'dirname $(dpkg -L libganglia1 | grep /modcpu.so)']);
  const path = modules.stdout.toString().trim();
  const standard = spawnSync('gmond', ['-t']).stdout.toString();
  const everySecond = standard
    .replace(/path = "mod/g, `path = "${path}/mod`)
    .replace('daemonize = yes', 'daemonize = no')
    .replace('setuid = yes', 'setuid = no')
    .replace(/collect_every = \d+/g, 'collect_every = 1')
    .replace(/time_threshold = \d+/g, 'time_threshold = 1')
    .replace('mcast_join = 239.2.11.71', 'host = 127.0.0.1')
    .replace('mcast_join = 239.2.11.71', '')
    .replace('bind = 239.2.11.71', 'bind = 127.0.0.1')
    .replace(/8649/g, '18649');
  const config = join(folder, 'gmond.conf');
  writeFileSync(config, everySecond);
  const sendOnly = join(folder, 'gmond-send.conf');
  const port = String(SINK_PORT);
  writeFileSync(sendOnly, everySecond.replace('deaf = no', 'deaf = yes').replace(/18649/g, port));
  return [
    { name: 'gmond, 34 metrics at 1 s', command: ['gmond', '-c', config] },
    { name: 'gmond, the same, send only', command: ['gmond', '-c', sendOnly] },
  ];
}

function collectd(folder: string): Contender {
  const plugins = ['cpu', 'memory', 'disk', 'interface', 'load', 'swap', 'network'];
  const lines = [
    'Interval 1',
    `BaseDir "${folder}"`,
    `PIDFile "${folder}/collectd.pid"`,
    'TypesDB "/usr/share/collectd/types.db"',
    ...plugins.map((name) => `LoadPlugin ${name}`),
    `<Plugin network>\n Server "127.0.0.1" "${SINK_PORT}"\n</Plugin>`,
  ];
  const config = join(folder, 'collectd.conf');
  writeFileSync(config, `${lines.join('\n')}\n`);
  return { name: 'collectd, 6 plugins at 1 s', command: ['collectd', '-f', '-C', config] };
}

function exporters(): Contender[] {
  const exporter = (name: string, port: number, flags: readonly string[]): Contender => ({
    name,
    command: [
      'prometheus-node-exporter',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
      ...flags,
    ],
    scrape: `http://127.0.0.1:${port}/metrics`,
  });
  const few = ['cpu', 'meminfo', 'diskstats', 'netdev', 'loadavg', 'stat'];
  return [
    exporter('node_exporter, scraped at 1 s', 18_110, []),
    exporter('node_exporter, 6 collectors', 18_111, [
      '--web.disable-exporter-metrics',
      '--collector.disable-defaults',
      ...few.map((name) => `--collector.${name}`),
    ]),
  ];
}

function netdata(folder: string): Contender {
  const base = join(folder, 'netdata');
  for (const name of ['cache', 'lib/registry', 'log'])
    mkdirSync(join(base, name), { recursive: true });
  const config = join(base, 'netdata.conf');
  const off = (names: string) => names.split(' ').map((name) => ` ${name} = no`);
  const lines = [
    '[global]\n run as user = root',
    `[directories]\n cache = ${base}/cache\n lib = ${base}/lib\n log = ${base}/log`,
    '[web]\n bind to = 127.0.0.1\n default port = 18112',
    '[db]\n mode = ram\n retention = 600\n[ml]\n enabled = no\n[health]\n enabled = no\n[statsd]\n enabled = no',
    '[plugins]\n enable running new plugins = no',
    ...off('tc cgroups diskspace idlejitter timex apps charts.d python.d go.d perf slabinfo ebpf'),
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  return {
    name: 'netdata, proc plugin only',
    command: ['netdata', '-D', '-c', config, '-P', join(base, 'pid')],
  };
}
