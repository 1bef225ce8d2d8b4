/** Provisioning: the registry of nodes, the boot services of the named interfaces, the API. */
import { join } from 'node:path';
import { startCheckpoints } from '../base/checkpoints.ts';
import { systemClock } from '../base/clock.ts';
import type { Running } from '../base/daemon.ts';
import { makeDataFolder } from '../base/data-folder.ts';
import { InputError } from '../base/errors.ts';
import { type Log, openLog } from '../base/log.ts';
import { openDatabase } from '../base/sqlite.ts';
import { formatIpv4, parseIpv4 } from '../wire/address.ts';
import type { Architecture } from '../wire/pxe.ts';
import { listenOnSocket, pxeApi } from './api.ts';
import { explainBoot } from './boot/explanation.ts';
import { BootFiles } from './boot/files.ts';
import { Machines } from './boot/machines.ts';
import type { NoInstaller } from './boot/media.ts';
import { BootService } from './boot-service.ts';
import { findInterface } from './dhcp/device.ts';
import { readArpTable } from './dhcp/neighbours.ts';
import { parseRangeSetting, subnetsOf } from './dhcp/subnets.ts';
import { agentPackageIn } from './image/agent-package.ts';
import { packageSources } from './image/sources.ts';
import { nodesPolicy } from './installer/policy.ts';
import { Provisioning } from './installer/provisioning.ts';
import { addAgentRoute } from './installer/routes.ts';
import { watchHosts } from './inventory/host-watch.ts';
import { LeaseStore } from './inventory/lease-store.ts';
import { Leases } from './inventory/leases.ts';
import { Registry } from './inventory/registry.ts';
import { NodeStore, REGISTRY_MIGRATIONS } from './inventory/store.ts';
import { WalSync } from './inventory/wal-sync.ts';
import type { PxeSettings } from './settings.ts';

/** Pages in the log from which the event loop itself would move them (64 MB, some 15,000 leases a minute). */
const OWN_CHECKPOINT_PAGES = 16_384;

/** @throws InputError `interface-unknown`, `interface-no-address`, `ranges-missing`; WorldError when a port or the database cannot be had */
export async function startPxe(settings: PxeSettings): Promise<Running> {
  const log = openLog('pxe');
  const clock = systemClock;
  const { data, mode, httpPort, kernelArguments, routerAdvertisements } = settings;
  const devices = settings.interfaces.map(findInterface);
  const ranges = settings.ranges.flatMap((text) => parseRangeSetting(text) ?? []);
  if (mode === 'server' && ranges.length === 0) {
    throw new InputError(
      'ranges-missing',
      'pxe.mode is server, but pxe.ranges names no addresses to give',
      {
        field: 'pxe.ranges',
      },
    );
  }
  makeDataFolder(data);
  const file = join(data, 'pxe.db');
  const migrations = REGISTRY_MIGRATIONS;
  const database = openDatabase(file, { migrations, synchronous: 'FULL' });
  // Leases are many and urgent: another thread brings them to disk.
  const leaseDatabase = openDatabase(file, { migrations, synchronous: 'NORMAL' });
  const leaseSync = WalSync.of(file);
  for (const one of [database, leaseDatabase])
    one.pragma(`wal_autocheckpoint = ${OWN_CHECKPOINT_PAGES}`);
  const stopCheckpoints = startCheckpoints(file, ({ message }) =>
    log.error('checkpoint', { reason: message }),
  );
  const policy = settings.space === '' ? undefined : nodesPolicy(settings.space, log);
  const registry = new Registry(new NodeStore(database), clock, policy, complainOnce(log));
  const leases = new Leases(new LeaseStore(leaseDatabase, () => leaseSync.done()), {
    addressOf: (mac) => parseIpv4(registry.byMac(mac)?.address ?? ''),
    ownersOf: (address) => registry.byAddress(formatIpv4(address))?.macs,
  });
  const files = new BootFiles(join(data, 'boot'));
  const machines = new Machines(readArpTable);
  const provisioning =
    settings.space === ''
      ? undefined
      : new Provisioning({
          data,
          space: settings.space,
          sources: packageSources(settings),
          installerPackages: settings.installerPackages,
          architectures: settings.architectures as readonly Architecture[],
          sshKeys: settings.sshKeys,
          collectors: () =>
            devices.map(({ address }) => `${formatIpv4(address)}:${settings.agentPort}`),
          registry,
          clock,
          log,
        });
  const installerFor = (architecture: Architecture | undefined) =>
    provisioning?.installerFor(architecture) ?? NO_SPACE;
  const agentPackage = agentPackageIn(join(data, 'packages'));
  const services = devices.map(
    (device) =>
      new BootService({
        device,
        mode,
        subnets: subnetsOf(ranges, device, {
          dns: settings.dns.flatMap((text) => parseIpv4(text) ?? []),
          leaseSeconds: settings.leaseSeconds,
          ...(settings.domain && { domain: settings.domain }),
        }),
        httpPort,
        kernelArguments,
        routerAdvertisements,
        registry,
        leases,
        files,
        machines,
        installerFor,
        addRoutes: (app) =>
          provisioning ? provisioning.addRoutes(app) : addAgentRoute(app, agentPackage),
        clock,
        log,
      }),
  );
  const api = pxeApi({
    registry,
    status: () => ({
      interfaces: services.map((service) => service.status()),
      httpPort: services[0]?.server.httpPort ?? httpPort,
      hasInstaller: !('missing' in installerFor(undefined)),
    }),
    leases: () =>
      leases
        .all()
        .filter((lease) => lease.client !== undefined)
        .map((lease) => ({ ...lease, address: formatIpv4(lease.address) })),
    installerLog: (node, count) => provisioning?.log.last(node.name, count) ?? [],
    installed: (node) => provisioning?.installed.installed(node.id),
    space: (sha256) => provisioning?.installed.space(sha256),
    explain: ({ mac, node }) => {
      const server = services[0]?.server ?? { address: 0 as never, httpPort };
      return explainBoot({
        mac,
        node,
        server,
        mode,
        hasFile: (name) => files.find(name) !== undefined,
        installer: installerFor(node?.architecture),
        nowMs: clock.nowMs(),
        events: node ? registry.events(node) : [],
      });
    },
  });
  const stopWatching = watchHosts({ registry, data, clock, log });
  const running: Running = {
    async close() {
      stopWatching();
      await provisioning?.close();
      for (const service of services) await service.close();
      await api.close();
      registry.close();
      stopCheckpoints();
      await leaseSync.close();
      leaseDatabase.close();
      database.close();
    },
  };
  try {
    for (const service of services) await service.open();
    if (services.length > 0) provisioning?.prepare();
    await listenOnSocket(api, join(data, 'pxe.sock'));
  } catch (error) {
    await running.close();
    throw error;
  }
  return running;
}

const NO_SPACE: NoInstaller = {
  missing: 'the appliance has no config space to install machines from',
  advice: 'Set pxe.space in the configuration of the appliance (docs/provisioning.md).',
};

/** A full disk refuses five times a second; one line of log tells it, until the reason is another. */
function complainOnce(log: Log): (reason: string) => void {
  let told = '';
  return (reason) => {
    if (reason !== told) log.error('registry-refused', { reason });
    told = reason;
  };
}
