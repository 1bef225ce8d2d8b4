/** Empty machines become monitored nodes: power on, discovered, approved, installed from their classes, up with their own metrics. */
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { INSTALL_TASKS } from '../pxe/installer/protocol.ts';
import type { HostList } from '../wire/http.ts';
import type { PxeNode } from '../wire/pxe.ts';
import { CLUSTERMON } from './harness/appliance.ts';
import { keepPicture, openPage, startBrowser } from './harness/browser.ts';
import { waitFor } from './harness/process.ts';
import {
  buildRackImage,
  openRack,
  prepareRackData,
  RACK_DATA,
  RACK_SPACE,
  type Rack,
  STAGE_MS,
  startAgentWrongly,
} from './harness/rack.ts';

type Stage = (rack: Rack, t: TestContext) => Promise<void>;

before(() => {
  prepareRackData();
  buildRackImage();
});

test('the agent of the images runs on the Node of the release that is installed', () => {
  assert.match(startAgentWrongly(), /start-failed .*JSON/);
});

test('uefi, proxy mode: from an empty disk to live metrics', async (t) => {
  const rack = await openRack({ firmware: 'uefi', mode: 'proxy' });
  await runStages(rack, t, [discover, install, startFromDisk]);
});

test('bios, server mode: killed at any point, installed, and installed again with other packages', async (t) => {
  const rack = await openRack({ firmware: 'bios', mode: 'server' });
  await runStages(rack, t, [
    discover,
    losePowerInTheMiddle,
    killApplianceInTheMiddle,
    startFromDisk,
    installOtherPackages,
  ]);
});

/** Each builds on the one before. */
async function runStages(rack: Rack, t: TestContext, stages: readonly Stage[]): Promise<void> {
  try {
    for (const stage of stages) {
      const begunMs = Date.now();
      await stage(rack, t);
      t.diagnostic(`${stage.name}: ${Math.round((Date.now() - begunMs) / 1000)} s`);
    }
  } finally {
    await rack.close();
  }
}

/** An unknown machine is discovered, and its disk stays as it is. */
async function discover(rack: Rack): Promise<void> {
  const { machine } = rack;
  const empty = machine.diskHash();
  machine.powerOn();
  await waitFor(
    'the machine to wait for approval',
    () => machine.console().includes('clustermon: waits for approval'),
    STAGE_MS,
  );
  const node = await rack.node();
  assert.equal(node?.state, 'discovered');
  assert.equal(node.hardware?.disks?.[0]?.sizeBytes, 4 * 1024 ** 3);
  await keepPictures(rack, '1-discovered');
  await machine.powerOff();
  assert.equal(machine.diskHash(), empty);
}

/** Approved, it is installed and comes up with metrics of its own; every step is on its timeline. */
async function install(rack: Rack, t: TestContext): Promise<void> {
  await rack.act('approve');
  rack.machine.powerOn();
  await waitUntilLive(rack);
  t.diagnostic(await secondsPerStep(rack));
  await assertEveryStep(rack);
}

/** The plug is pulled while the image is unpacked: the node says how far it was, and only that. */
async function losePowerInTheMiddle(rack: Rack): Promise<void> {
  await rack.act('approve');
  rack.machine.powerOn();
  await waitUntilUnpacking(rack);
  await rack.machine.powerOff();
  const node = await rack.node();
  assert.equal(node?.state, 'installing');
  assert.equal(node.progress?.task, 'extrbase');
  assert.equal(node.installedMs, undefined);
}

/** Powered on again it starts over; the appliance is killed on the way, and the installation goes on where it was. */
async function killApplianceInTheMiddle(rack: Rack, t: TestContext): Promise<void> {
  const before = rack.machine.console().length;
  rack.machine.powerOn();
  await waitForNode(rack, 'the new boot', ({ state }) => state === 'booting');
  await waitUntilUnpacking(rack);
  await keepPictures(rack, '2-installing');
  await rack.killAppliance();
  await rack.startAppliance();
  const node = await rack.node();
  assert.ok(node?.state === 'installing' || node?.state === 'booting', node?.state);
  assert.equal(node.approvedDisks?.[0]?.serial, 'DISK4');
  await waitUntilLive(rack);
  const asked = rack.machine
    .console()
    .slice(before)
    .match(/clustermon: asking/g);
  assert.equal(asked?.length, 1, 'the machine did not have to start again');
  await keepPictures(rack, '3-up');
  t.diagnostic(await secondsPerStep(rack));
  await assertEveryStep(rack);
}

/** Started again without being armed, it boots from its disk. */
async function startFromDisk({ machine, ...rack }: Rack): Promise<void> {
  const before = machine.console().length;
  await machine.powerOff();
  machine.powerOn();
  await waitFor(
    'the installed system to start again',
    () => / login: /.test(machine.console().slice(before)),
    STAGE_MS,
  );
  assert.doesNotMatch(machine.console().slice(before), /clustermon: asking/);
  assert.doesNotMatch((await rack.node())?.state ?? '', /booting|installing/);
}

/** Armed again with another package list, it is installed anew, though the network drops every packet for a while. */
async function installOtherPackages(rack: Rack, t: TestContext): Promise<void> {
  const { machine, head } = rack;
  await waitUntilLive(rack);
  const { agentId } = (await rack.node()) ?? {};
  assert.deepEqual(await differences(rack), [], 'what is installed is what would be');
  appendFileSync(join(RACK_SPACE, 'package_config/BASE'), 'hello\n');
  assert.deepEqual(await differences(rack), [
    { kind: 'package', name: 'hello', after: 'install-norec' },
  ]);
  const begunMs = Date.now();
  buildRackImage();
  t.diagnostic(`image with one more package: ${Math.round((Date.now() - begunMs) / 1000)} s`);
  await rack.act('install');
  assert.equal((await rack.node())?.state, 'approved');
  await machine.powerOff();
  machine.powerOn();
  await waitUntilUnpacking(rack);
  const cut = ['INPUT', '-p', 'tcp', '--dport', '8642', '-j', 'DROP'];
  head.run('iptables', '-A', ...cut);
  await waitFor(
    'the installer to notice',
    () => machine.console().includes('does not answer'),
    STAGE_MS,
  );
  assert.equal((await rack.node())?.state, 'installing');
  head.run('iptables', '-D', ...cut);
  await waitUntilLive(rack);
  const node = await rack.node();
  assert.equal(node?.agentId, agentId, 'it is the same host as before');
  const found = node?.hardware?.disks?.[0]?.partitions?.map(({ fileSystem }) => fileSystem);
  assert.deepEqual(found, ['ext4', 'swap'], 'what was on the disk before');
  await machine.powerOff();
  machine.withDisk(({ exists }) => assert.ok(exists('/usr/bin/hello')));
}

/** What `profile explain` says would be otherwise if the node were installed now. */
async function differences({ head, node }: Rack): Promise<readonly object[]> {
  const options = ['--data', RACK_DATA, '--config', join(RACK_DATA, 'test-config.yaml')];
  const { name = '' } = (await node()) ?? {};
  const text = head.run(CLUSTERMON, ...options, 'profile', 'explain', name, '--json');
  return JSON.parse(text).installed.differences;
}

async function waitUntilUnpacking(rack: Rack): Promise<void> {
  const extrbase = INSTALL_TASKS.indexOf('extrbase') + 1;
  const node = await waitForNode(rack, 'the image to be unpacked', ({ progress }) => {
    const { index = 0, percent = 0 } = progress ?? {};
    return index > extrbase || (index === extrbase && percent >= 10);
  });
  assert.equal(node.progress?.task, 'extrbase', 'it was faster than we looked');
}

async function waitUntilLive(rack: Rack): Promise<void> {
  const node = await waitForNode(rack, 'the node to be up', ({ state }) => state === 'up');
  assert.ok(node.installedMs);
  await waitFor('the host to be live by its name', async () => {
    const { hosts } = await rack.appliance.get<HostList>('/api/hosts');
    const named = hosts.filter(({ name }) => name === node.name);
    return named.length === 1 && named[0]?.state === 'up' && named[0].seriesCount > 50;
  });
}

/** Fails as soon as the node has. */
async function waitForNode(
  rack: Rack,
  what: string,
  holds: (node: PxeNode) => boolean,
): Promise<PxeNode> {
  const node = await waitFor(
    what,
    async () => {
      const now = await rack.node();
      return now && (now.state === 'failed' || holds(now)) ? now : undefined;
    },
    STAGE_MS,
  );
  assert.equal(node.failure, undefined);
  return node;
}

async function assertEveryStep(rack: Rack): Promise<void> {
  const steps = (await rack.events()).map((one) => `${one.kind} ${one.text}`).join('\n');
  for (const task of INSTALL_TASKS.slice(INSTALL_TASKS.indexOf('partition'))) {
    assert.match(steps, new RegExp(`^task-begin ${task}$`, 'm'));
    assert.match(steps, new RegExp(`^task-end ${task}`, 'm'));
  }
  const others = [/^dhcp-/m, /^http-script /m, /^http-file GET .*vmlinuz/m, /^installer /m];
  for (const step of [...others, /installing → installed/, /installed → joined/]) {
    assert.match(steps, step);
  }
}

/** From armed to live: how long each step of the last installation took, by its timeline. */
async function secondsPerStep(rack: Rack): Promise<string> {
  const all = await rack.events();
  const armed = all.findLastIndex(
    ({ kind, text }) => kind === 'state' && text.endsWith('approved'),
  );
  const boot = all.findLastIndex(({ kind }) => kind === 'installer');
  const script = all.slice(0, boot).findLastIndex(({ kind }) => kind === 'http-script');
  const marks = [
    { name: 'firmware', event: all[Math.max(armed, script)] },
    { name: 'kernel', event: all[boot] },
    ...all
      .slice(boot)
      .filter(({ kind }) => kind === 'task-begin')
      .map((event) => ({ name: event.text, event })),
    { name: 'restart', event: all.findLast(({ text }) => text.endsWith('→ installed')) },
    { name: 'end', event: all.findLast(({ text }) => text.endsWith('→ up')) },
  ].flatMap(({ name, event }) => (event ? [{ name, atMs: event.atMs }] : []));
  const parts = marks.slice(0, -1).map(({ name, atMs }, index) => {
    const seconds = ((marks[index + 1]?.atMs ?? atMs) - atMs) / 1000;
    return `${name} ${seconds.toFixed(1)}`;
  });
  return `seconds per step: ${parts.join(', ')}`;
}

/** The list of machines and the machine itself, as a person sees them now. */
async function keepPictures(rack: Rack, moment: string): Promise<void> {
  const { name = '' } = (await rack.node()) ?? {};
  const browser = await startBrowser(rack.head);
  try {
    for (const path of ['/machines', `/machine/${name}`]) {
      const { page, faults } = await openPage(browser, rack.appliance.url + path);
      await page.getByText(name).first().waitFor();
      await keepPicture(page, `install-${moment}${path === '/machines' ? '' : '-machine'}`);
      assert.deepEqual(faults, []);
    }
  } finally {
    await browser.close();
  }
}
