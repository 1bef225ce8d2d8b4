/** The appliance's side of an installation: what a machine in RAM is told, what it may have, what it reports. */
import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { InputError } from '../../base/errors.ts';
import { type Mac, parseMac } from '../../wire/address.ts';
import type { PxeNode } from '../../wire/pxe.ts';
import type { ImageState } from '../image/shelf.ts';
import type { SpaceArchive } from '../image/space-archive.ts';
import { bootPurpose } from '../inventory/node.ts';
import type { Actor, Registry } from '../inventory/registry.ts';
import type { InstallStore } from './install-store.ts';
import type { NodeLog } from './node-log.ts';
import {
  type ApprovedDisk,
  type DoneReport,
  type FoundClasses,
  type Hello,
  type HelloAnswer,
  INSTALL_TASKS,
  type Order,
  type OrderAnswer,
  type Report,
  type Secrets,
  type SecretsRequest,
  TICKET_MS,
} from './protocol.ts';
import type { SigningKey } from './signature.ts';

const ASK_AGAIN_MS = 3000;
/** Lines of the log that a failed node shows. */
const FAILURE_LINES = 10;
const INSTALLER: Actor = { who: 'installer', from: 'machine' };

export interface ServicePorts {
  readonly registry: Registry;
  readonly store: InstallStore;
  readonly space: Pick<SpaceArchive, 'current'>;
  readonly images: { provide(classes: readonly string[]): Promise<ImageState> };
  readonly key: SigningKey;
  readonly log: NodeLog;
  /** Files that only this node has. */
  readonly secretsFor: (node: PxeNode, agentId: string) => Secrets;
  readonly clock: Clock;
}

export class InstallService {
  readonly #ports: ServicePorts;
  readonly #stopListening: () => void;
  /** Nodes whose approval has been noticed: what changes on them later was not what was approved. */
  readonly #approved: Set<number>;

  constructor(ports: ServicePorts) {
    this.#ports = ports;
    const armed = ports.registry.list().filter((node) => node.state === 'approved');
    this.#approved = new Set(armed.map((node) => node.id));
    this.#stopListening = ports.registry.onChange((node) => this.#noticeApproval(node));
  }

  close(): void {
    this.#stopListening();
  }

  async hello({ mac, uuid, hardware }: Hello): Promise<HelloAnswer> {
    const { registry, space } = this.#ports;
    const seen = registry.seen(requireMac(mac), uuid === undefined ? {} : { uuid });
    if (!seen) throw new InputError('nodes-full', 'too many machines wait for approval');
    registry.event(seen, 'installer', `runs in RAM: ${hardware.product ?? 'unknown machine'}`);
    const node = registry.foundHardware(seen, hardware);
    if (bootPurpose(node) === 'install' && this.#install(node).disks.length === 0) {
      // Approved before anybody had seen the machine: what it shows first is what was meant.
      this.#rememberDisks(node);
    }
    return { name: node.name, classes: node.classes, spaceSha256: await space.current() };
  }

  classes({ mac, classes }: FoundClasses): void {
    const node = this.#node(mac);
    this.#ports.store.save(node.id, { ...this.#install(node), classes });
    this.#ports.registry.event(node, 'classes', classes.join(' '));
  }

  async order(mac: string): Promise<OrderAnswer> {
    const { images, store, space, key, clock } = this.#ports;
    const node = this.#node(mac);
    if (bootPurpose(node) !== 'install') return wait(whyNot(node));
    const { classes, disks } = this.#install(node);
    if (classes.length === 0) return wait('the classes are not known yet');
    const image = await images.provide(classes);
    if (image.state === 'building') return wait(`image: ${image.step}, ${image.percent} %`);
    if (image.state === 'failed') return wait(`the image cannot be built: ${image.reason}`);
    const ticket = randomBytes(32).toString('base64url');
    const nowMs = clock.nowMs();
    const expiresMs = nowMs + TICKET_MS;
    store.save(node.id, { classes, disks, imageId: image.id });
    store.saveTicket({ hash: hashOf(ticket), nodeId: node.id, mac, uuid: node.uuid, expiresMs });
    const order: Order = {
      node: node.name,
      mac,
      ...(node.uuid !== undefined && { uuid: node.uuid }),
      classes,
      spaceSha256: await space.current(),
      imageId: image.id,
      disks,
      ticket,
      expiresMs,
      nowMs,
    };
    return { state: 'install', order: key.sign(order) };
  }

  report(report: Report): void {
    const { registry, log } = this.#ports;
    const { task, event, percent = 0, bytesPerSecond, lines = [], code = 0 } = report;
    const node = this.#node(report.mac);
    log.append(node.name, lines);
    if (event === 'failed') {
      registry.event(node, 'task-failed', task);
      const last = log.last(node.name, FAILURE_LINES).join('\n');
      registry.reported(node, 'install-failed', INSTALLER, `${task}: ${last}`);
      return;
    }
    if (event === 'begin') registry.event(node, 'task-begin', task);
    if (event === 'end')
      registry.event(node, 'task-end', code === 0 ? task : `${task}: error ${code}`);
    const index = INSTALL_TASKS.indexOf(task) + 1;
    const rate = bytesPerSecond === undefined ? {} : { bytesPerSecond };
    registry.progress(node, { task, index, count: INSTALL_TASKS.length, percent, ...rate });
  }

  /** @throws InputError `ticket-wrong`, `ticket-expired`, `ticket-used` */
  secrets(request: SecretsRequest): Secrets {
    const { registry, store, secretsFor, clock } = this.#ports;
    const node = this.#requireTicket(request);
    if (!/^[0-9a-f]{32}$/.test(request.agentId)) {
      throw new InputError('agent-id', 'agentId must have 32 hexadecimal digits');
    }
    if (!store.useTicket(hashOf(request.ticket), clock.nowMs())) {
      throw new InputError('ticket-used', 'the ticket is used already: secrets are given once');
    }
    registry.event(node, 'secrets', 'agent key and host keys given');
    registry.tieToHost(node, request.agentId);
    return secretsFor(node, request.agentId);
  }

  done(report: DoneReport): void {
    const node = this.#requireTicket(report);
    this.#ports.registry.reported(node, 'install-finished', INSTALLER);
  }

  #requireTicket({ ticket, mac, uuid }: { ticket: string; mac: string; uuid?: string }): PxeNode {
    const { store, clock } = this.#ports;
    const node = this.#node(mac);
    const found = store.ticket(hashOf(ticket));
    const same = found?.nodeId === node.id && found.mac === mac;
    if (
      !found ||
      !same ||
      (uuid !== undefined && found.uuid !== undefined && found.uuid !== uuid)
    ) {
      throw new InputError('ticket-wrong', 'the ticket is not for this machine');
    }
    if (bootPurpose(node) !== 'install') {
      throw new InputError('ticket-wrong', `the node is ${node.state}, not being installed`);
    }
    if (clock.nowMs() > found.expiresMs) {
      throw new InputError('ticket-expired', 'the ticket was good for 30 minutes: start again');
    }
    return node;
  }

  #node(text: string): PxeNode {
    const node = this.#ports.registry.byMac(requireMac(text));
    if (!node) throw new InputError('node-unknown', `there is no node with the address ${text}`);
    return node;
  }

  #install(node: PxeNode) {
    return this.#ports.store.install(node.id) ?? { disks: [], classes: [], imageId: undefined };
  }

  #noticeApproval(node: PxeNode): void {
    if (node.state !== 'approved') this.#approved.delete(node.id);
    else if (!this.#approved.has(node.id)) {
      this.#approved.add(node.id);
      this.#rememberDisks(node);
    }
  }

  #rememberDisks(node: PxeNode): void {
    const disks = (node.hardware?.disks ?? []).map(
      ({ name, sizeBytes, serial }): ApprovedDisk => ({
        name,
        sizeBytes,
        ...(serial !== undefined && { serial }),
      }),
    );
    this.#ports.store.save(node.id, { ...this.#install(node), disks });
  }
}

function wait(why: string): OrderAnswer {
  return { state: 'wait', why, askAgainMs: ASK_AGAIN_MS };
}

function whyNot(node: PxeNode): string {
  if (node.state === 'discovered') return 'waits for approval';
  if (node.state === 'failed') return 'failed: waits for somebody to install it again';
  return `is ${node.state}: nothing is to be installed`;
}

function requireMac(text: string): Mac {
  const mac = parseMac(text);
  if (mac === undefined) throw new InputError('mac', `"${text}" is no MAC address`);
  return mac;
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex');
}
