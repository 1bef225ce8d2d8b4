/** Puts the parts of installation together: boot files, images, the service that machines talk to. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Cancel, Clock } from '../../base/clock.ts';
import { makeDataFolder } from '../../base/data-folder.ts';
import { reasonOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { openDatabase } from '../../base/sqlite.ts';
import { type Ipv4, parseIpv4 } from '../../wire/address.ts';
import type { Architecture } from '../../wire/pxe.ts';
import type { InstallerMedia, NoInstaller } from '../boot/media.ts';
import { readArpTable } from '../dhcp/neighbours.ts';
import { OWN_ARCHITECTURE } from '../image/release.ts';
import type { PackageSources } from '../image/sources.ts';
import { SpaceArchive } from '../image/space-archive.ts';
import { Workshop } from '../image/workshop.ts';
import type { Registry } from '../inventory/registry.ts';
import { provideBootFiles } from './initramfs.ts';
import { INSTALL_MIGRATIONS, InstallStore } from './install-store.ts';
import { InstalledStore } from './installed-store.ts';
import { NodeLog } from './node-log.ts';
import { addInstallerRoutes } from './routes.ts';
import { makeSecrets } from './secrets.ts';
import { InstallService } from './service.ts';

export interface ProvisioningOptions {
  /** Data folder of the appliance. */
  readonly data: string;
  /** Folder of the config space. */
  readonly space: string;
  readonly sources: PackageSources;
  /** More packages of the installer's system. */
  readonly installerPackages: readonly string[];
  /** Of the machines that can be installed; empty: those like this machine. */
  readonly architectures: readonly Architecture[];
  /** File with SSH public keys that may log in on machines that are being installed; empty for none. */
  readonly sshKeys: string;
  /** Where agents send, such as `10.0.0.2:8641`. */
  readonly collectors: () => readonly string[];
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Log;
}

/** What could not be built, for want of a mirror perhaps, is tried again. */
const PREPARE_AGAIN_MS = 60_000;

export class Provisioning {
  /** What installers said. */
  readonly log: NodeLog;
  /** What nodes were made from. */
  readonly installed: InstalledStore;
  readonly #options: ProvisioningOptions;
  readonly #database;
  readonly #workshop: Workshop;
  readonly #space: SpaceArchive;
  readonly #service: InstallService;
  readonly #stop = new AbortController();
  readonly #architectures: readonly Architecture[];
  readonly #media = new Map<Architecture, InstallerMedia>();
  readonly #failures = new Map<Architecture, string>();
  #prepared: Promise<void> = Promise.resolve();
  #cancelAgain: Cancel = () => {};

  constructor(options: ProvisioningOptions) {
    const { data, space, sources, registry, clock, log } = options;
    this.#options = options;
    this.#architectures =
      options.architectures.length > 0 ? options.architectures : [OWN_ARCHITECTURE];
    makeDataFolder(data);
    this.#database = openDatabase(join(data, 'installs.db'), {
      migrations: INSTALL_MIGRATIONS,
      synchronous: 'FULL',
    });
    this.#workshop = new Workshop({
      data,
      space,
      sources,
      installerPackages: options.installerPackages,
      clock,
      onStep: (id, step) => log.info('image-build', { id, ...step }),
      onFailure: (id, reason) => log.error('image-failed', { id, reason }),
    });
    this.#space = new SpaceArchive(space, clock);
    this.log = new NodeLog(join(data, 'install-logs'));
    this.installed = new InstalledStore(this.#database);
    this.#service = new InstallService({
      registry,
      installed: this.installed,
      store: new InstallStore(this.#database),
      space: this.#space,
      images: this.#workshop.shelf,
      key: this.#workshop.key,
      log: this.log,
      neighbourAt: (address) => readArpTable().get(parseIpv4(address) ?? (0 as Ipv4)),
      secretsFor: (node, agentId) => makeSecrets(this.#secretsSource(), node, agentId),
      clock,
    });
  }

  /** Makes kernels and initramfs in the background, until all are there; machines that boot before wait. */
  prepare(): void {
    this.#prepared = this.#prepareAll();
  }

  /** Kernel and initramfs for a processor, or why there are none (yet). */
  installerFor(
    architecture = this.#architectures[0] ?? OWN_ARCHITECTURE,
  ): InstallerMedia | NoInstaller {
    const media = this.#media.get(architecture);
    if (media) return media;
    if (!this.#architectures.includes(architecture)) {
      return {
        missing: `this machine is ${architecture}, installed are ${this.#architectures.join(' and ')}`,
        advice: `Add ${architecture} to pxe.architectures of the appliance (docs/provisioning.md, Other processors).`,
      };
    }
    const failure = this.#failures.get(architecture);
    return failure === undefined
      ? {
          missing: `the ${architecture} installer is still being built`,
          advice: 'Nothing: it takes some minutes, once, and the machine asks again.',
        }
      : {
          missing: `the ${architecture} installer could not be built`,
          advice: `It is tried again each minute. The appliance says: ${failure}`,
        };
  }

  addRoutes(app: FastifyInstance): void {
    addInstallerRoutes(app, {
      service: this.#service,
      space: this.#space,
      images: this.#workshop.images,
      agentPackage: () => this.#workshop.shelf.agentPackage(),
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#cancelAgain();
    await this.#workshop.close();
    await this.#prepared;
    this.#database.close();
  }

  async #prepareAll(): Promise<void> {
    const { clock, log } = this.#options;
    for (const architecture of this.#architectures) {
      if (this.#media.has(architecture)) continue;
      try {
        this.#media.set(architecture, await this.#makeMedia(architecture));
        this.#failures.delete(architecture);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#failures.set(architecture, reasonOf(error));
        log.error('installer-media', { architecture, reason: reasonOf(error) });
      }
    }
    if (this.#failures.size > 0 && !this.#stop.signal.aborted) {
      this.#cancelAgain = clock.after(PREPARE_AGAIN_MS, () => this.prepare());
    }
  }

  async #makeMedia(architecture: Architecture): Promise<InstallerMedia> {
    const { data, sshKeys, log } = this.#options;
    const { id, kernel, initramfs } = await provideBootFiles({
      folder: join(data, 'installer', architecture),
      toolbox: await this.#workshop.toolbox(architecture),
      publicKey: this.#workshop.key.publicKey,
      authorizedKeys: sshKeys === '' ? '' : readFileSync(sshKeys, 'utf8'),
      signal: this.#stop.signal,
    });
    log.info('installer-media', { id, architecture });
    return { architecture, kernel, initramfs };
  }

  #secretsSource() {
    const { data, collectors } = this.#options;
    const file = join(data, 'secret');
    const text = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
    return {
      clusterSecret: text === undefined ? undefined : Buffer.from(text, 'hex'),
      collectors: collectors(),
    };
  }
}
