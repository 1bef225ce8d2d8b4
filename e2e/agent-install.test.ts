/** `clustermon agent install`: a machine that runs already, reached by a real sshd, gets the Debian package by its own apt and dpkg, and is heard. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { HostList } from '../wire/http.ts';
import { type Appliance, agentPort, CLUSTERMON, startAppliance } from './harness/appliance.ts';
import { startProcess, type TestProcess, waitFor } from './harness/process.ts';

const MACHINE_ID = 'c0ffee00c0ffee00c0ffee00c0ffee00';
const INSTALL_MS = 180_000;

/** This machine's own files under a layer that takes all changes; a host name and a machine id of its own. */
const MACHINE = `set -e
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/machine"
mount -t proc proc "$1/machine/proc"
mount --rbind /dev "$1/machine/dev"
hostname box
exec chroot "$1/machine" /usr/sbin/sshd -D -e -p "$2" -o ListenAddress=127.0.0.1 -o HostKey=/etc/ssh/test_key -o AuthorizedKeysFile=/etc/ssh/test_users -o UsePAM=no -o PermitRootLogin=yes -o PidFile=none`;

const sshPort = agentPort();
const port = agentPort();
const folder = mkdtempSync(join(tmpdir(), 'clustermon-machine-'));
const upper = join(folder, 'upper');
/** A file of the machine. */
const file = (path: string) => join(upper, path);
let appliance: Appliance;
let machine: TestProcess;

before(async () => {
  for (const path of ['upper/etc/ssh', 'upper/run/sshd', 'work', 'machine', 'bin'])
    mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(file('etc/machine-id'), `${MACHINE_ID}\n`);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('etc/ssh/test_key')]);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'user')]);
  writeFileSync(file('etc/ssh/test_users'), readFileSync(join(folder, 'user.pub')), {
    mode: 0o600,
  });
  writeFileSync(
    join(folder, 'ssh_config'),
    `Host *
  IdentityFile ${folder}/user
  UserKnownHostsFile ${folder}/known_hosts
  StrictHostKeyChecking accept-new
  LogLevel ERROR
Host box
  HostName 127.0.0.1
  Port ${sshPort}
  User root
Host nobody
  HostName 127.0.0.1
  Port 1
`,
  );
  // The ssh that clustermon finds: the real one, with this test's configuration in place of the user's.
  writeFileSync(
    join(folder, 'bin/ssh'),
    `#!/bin/sh\nexec /usr/bin/ssh -F ${folder}/ssh_config "$@"\n`,
    {
      mode: 0o755,
    },
  );
  machine = startProcess('unshare', [
    ...['--mount', '--uts', '--pid', '--fork', '--kill-child', 'sh', '-c', MACHINE, 'sh'],
    ...[folder, String(sshPort)],
  ]);
  appliance = await startAppliance({
    config: JSON.stringify({ agent: { port }, collector: { port, webPort: 0 } }),
  });
});
after(async () => {
  await appliance.close();
  // unshare(1) ignores SIGTERM; what runs inside ends with it.
  await machine.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function install(...args: readonly string[]): TestProcess {
  const config = join(appliance.data, 'test-config.yaml');
  return startProcess(
    CLUSTERMON,
    ['--config', config, '--data', appliance.data, 'agent', 'install', ...args],
    { env: { PATH: `${folder}/bin:${process.env['PATH']}` } },
  );
}

/** The agent as the package's unit starts it; there is no systemd in this machine. */
function startAgent(): TestProcess {
  return startProcess('ssh', [
    '-F',
    join(folder, 'ssh_config'),
    'box',
    'exec /usr/lib/clustermon/agent',
  ]);
}

test('the machine gets package, settings and a key of its own, and is heard', async () => {
  await waitFor('sshd of the machine', () => machine.output().includes('Server listening'));
  const installing = install('box', '--group', '127.0.0.1', '--label', 'rack=r07');
  const settings = file('etc/clustermon/agent.json');
  await waitFor(
    'the package',
    () =>
      /Status: install ok installed/.test(statusOf('clustermon-agent')) ||
      installing.output().includes('failed'),
    INSTALL_MS,
  ).catch((error: Error) => assert.fail(`${error.message}\n${installing.output()}`));
  const agent = startAgent();
  assert.equal(await installing.ended, 0, installing.output() + agent.output());
  assert.match(
    installing.output(),
    /box: its agent runs, and is heard as box\n1 installed, 0 failed/,
  );
  assert.deepEqual(JSON.parse(readFileSync(settings, 'utf8')), {
    group: '127.0.0.1',
    port,
    labels: { rack: 'r07' },
    data: '/var/lib/clustermon',
    keyFile: '/etc/clustermon/agent.key',
  });
  assert.equal(statSync(file('etc/clustermon/agent.key')).mode & 0o777, 0o600);
  assert.ok(!existsSync(file('etc/clustermon/secret')));
  const { hosts } = await appliance.get<HostList>('/api/hosts');
  assert.equal(hosts.find(({ name }) => name === 'box')?.labels['rack'], 'r07');
  await agent.end();
});

test('again: settings of the machine stay; a machine that cannot be reached is named, and does not stop the others', async () => {
  const settings = file('etc/clustermon/agent.json');
  const before = JSON.parse(readFileSync(settings, 'utf8')) as object;
  writeFileSync(settings, JSON.stringify({ ...before, findExporters: true }));
  const agent = startAgent();
  const installing = install('box', 'nobody', '--json');
  assert.equal(await installing.ended, 1, installing.output());
  assert.match(
    installing.output(),
    /nobody: .*Connection refused \(`ssh nobody` must work without a question\)/,
  );
  assert.match(installing.output(), /1 installed, 1 failed/);
  assert.match(installing.output(), /not done: nobody\./);
  const kept = JSON.parse(readFileSync(settings, 'utf8')) as Record<string, unknown>;
  assert.equal(kept['findExporters'], true);
  assert.equal(kept['group'], '127.0.0.1');
  assert.deepEqual(kept['labels'], { rack: 'r07' });
  await agent.end();
});

test('settings that are no object, and a machine whose name looks like an option, are refused', async () => {
  writeFileSync(file('etc/clustermon/agent.json'), 'null');
  const settings = install('box');
  assert.equal(await settings.ended, 1);
  assert.match(
    settings.output(),
    /box: its \/etc\/clustermon\/agent\.json is no JSON object: correct it/,
  );
  const option = install('--', `-oProxyCommand=touch ${folder}/injected`);
  assert.equal(await option.ended, 1);
  assert.ok(!existsSync(join(folder, 'injected')));
});

/** What dpkg of the machine knows of a package. */
function statusOf(name: string): string {
  const database = file('var/lib/dpkg/status');
  if (!existsSync(database)) return '';
  const records = readFileSync(database, 'utf8').split('\n\n');
  return records.find((record) => record.startsWith(`Package: ${name}\n`)) ?? '';
}
