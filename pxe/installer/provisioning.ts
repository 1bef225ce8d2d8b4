/** Puts the parts of installation together: boot files, images, the service that machines talk to. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import { reasonOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { openDatabase } from '../../base/sqlite.ts';
import type { InstallerMedia } from '../boot/http.ts';
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
  /** File with SSH public keys that may log in on machines that are being installed; empty for none. */
  readonly sshKeys: string;
  /** Where agents send, such as `10.0.0.2:8641`. */
  readonly collectors: () => readonly string[];
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Log;
}

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
  #media: InstallerMedia | undefined;
  #prepared: Promise<void> = Promise.resolve();

  constructor(options: ProvisioningOptions) {
    const { data, space, sources, registry, clock, log } = options;
    this.#options = options;
    mkdirSync(data, { recursive: true });
    this.#database = openDatabase(join(data, 'installs.db'), {
      migrations: INSTALL_MIGRATIONS,
      synchronous: 'FULL',
    });
    this.#workshop = new Workshop({
      data,
      space,
      sources,
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
      secretsFor: (node, agentId) => makeSecrets(this.#secretsSource(), node, agentId),
      clock,
    });
  }

  /** Makes kernel and initramfs in the background; machines that boot before wait. */
  prepare(): void {
    this.#prepared = this.#prepareMedia().catch((error: unknown) => {
      this.#options.log.error('installer-media', { reason: reasonOf(error) });
    });
  }

  /** Kernel and initramfs; undefined until they are made. */
  media(): InstallerMedia | undefined {
    return this.#media;
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
    await this.#workshop.close();
    await this.#prepared;
    this.#database.close();
  }

  async #prepareMedia(): Promise<void> {
    const { data, sshKeys } = this.#options;
    const toolbox = await this.#workshop.toolbox();
    const files = await provideBootFiles({
      folder: join(data, 'installer'),
      toolbox,
      publicKey: this.#workshop.key.publicKey,
      authorizedKeys: sshKeys === '' ? '' : readFileSync(sshKeys, 'utf8'),
      signal: this.#stop.signal,
    });
    this.#media = { kernel: files.kernel, initramfs: files.initramfs };
    this.#options.log.info('installer-media', { id: files.id });
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
