/** The appliance's side of an installation: what a machine in RAM is told, what it may have, what it reports. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { agentIdOf } from '../../base/agent-id.ts';
import type { Clock } from '../../base/clock.ts';
import { InputError, reasonOf } from '../../base/errors.ts';
import { type Mac, parseMac } from '../../wire/address.ts';
import type { PxeNode } from '../../wire/pxe.ts';
import type { ImageShelf } from '../image/shelf.ts';
import type { SpaceArchive } from '../image/space-archive.ts';
import { bootPurpose, INSTALLED_STATES } from '../inventory/node.ts';
import type { Actor, Registry } from '../inventory/registry.ts';
import type { InstallStore, Ticket } from './install-store.ts';
import type { InstalledStore } from './installed-store.ts';
import type { NodeLog } from './node-log.ts';
import {
  type FoundClasses,
  type Hello,
  type HelloAnswer,
  INSTALL_TASKS,
  type Order,
  type OrderAnswer,
  type Report,
  type Secrets,
  type Signed,
  TICKET_MS,
  type TicketHolder,
} from './protocol.ts';
import type { SigningKey } from './signature.ts';

const ASK_AGAIN_MS = 3000;
/** Lines of the log that a failed node shows. */
const FAILURE_LINES = 10;
/** Of the log of a machine that nobody has approved: anyone on the boot network can be as many as the registry takes. */
const UNAPPROVED_LOG_BYTES_MAX = 128 * 1024;
const INSTALLER: Actor = { who: 'installer', from: 'machine' };

export interface ServicePorts {
  readonly registry: Registry;
  readonly store: InstallStore;
  readonly installed: InstalledStore;
  readonly space: Pick<SpaceArchive, 'current' | 'bytes'>;
  readonly images: Pick<ImageShelf, 'provide'>;
  readonly key: SigningKey;
  readonly log: NodeLog;
  /** The network card behind an IP address of a network of ours; undefined behind a router. */
  readonly neighbourAt: (address: string) => Mac | undefined;
  /** Files that only this node has. */
  readonly secretsFor: (node: PxeNode, agentId: string) => Secrets;
  readonly clock: Clock;
}

export class InstallService {
  readonly #ports: ServicePorts;
  /** What the timeline of a node said last about its image or its log, so that it is said once. */
  readonly #said = new Map<string, string>();

  constructor(ports: ServicePorts) {
    this.#ports = ports;
  }

  /**
   * A node speaks for itself alone: whoever may log in on one reaches the boot port too.
   * @param address that a request for the machine `mac` came from
   * @throws InputError `mac-foreign` when another node has the address
   */
  requireOwn(address: string, mac: string): void {
    const { registry, neighbourAt } = this.#ports;
    const from = neighbourAt(address);
    const speaker = from && registry.byMac(from);
    const node = registry.byMac(requireMac(mac));
    if (!speaker || speaker.id === node?.id) return;
    const reason = `${address} is ${speaker.name}, not ${mac}`;
    for (const one of node ? [node, speaker] : [speaker]) this.#sayOnce(one, 'mac-foreign', reason);
    throw new InputError('mac-foreign', reason);
  }

  async hello({ mac, uuid, hardware }: Hello): Promise<HelloAnswer> {
    const { registry } = this.#ports;
    const seen = registry.seen(requireMac(mac), uuid === undefined ? {} : { uuid });
    if (!seen) throw new InputError('nodes-full', 'too many machines wait for approval');
    registry.event(seen, 'installer', `runs in RAM: ${hardware.product ?? 'unknown machine'}`);
    return await this.#whatItIs(registry.foundHardware(seen, hardware));
  }

  classes({ mac, classes }: FoundClasses): void {
    const { registry, store } = this.#ports;
    const node = this.#node(mac);
    store.save(node.id, { ...store.install(node.id), classes });
    registry.event(node, 'classes', classes.join(' '));
  }

  /** @param version of the hello that the machine's classes come from */
  async order(mac: string, version: string): Promise<OrderAnswer> {
    const { images, store } = this.#ports;
    const node = this.#node(mac);
    if (bootPurpose(node) !== 'install') return wait(whyNot(node));
    const { spaceSha256, version: current } = await this.#whatItIs(node);
    if (version !== current) return again('its name, its classes or the config space have changed');
    const { classes } = store.install(node.id);
    if (classes.length === 0) return wait('the classes are not known yet');
    const image = await images.provide(classes, node.architecture);
    if (image.state === 'building') {
      this.#sayOnce(node, 'image', `is built: ${image.step}`);
      return wait(`image: ${image.step}, ${image.percent} %`);
    }
    if (image.state === 'failed') {
      this.#sayOnce(node, 'image-failed', image.reason);
      return wait(`the image cannot be built: ${image.reason}`);
    }
    const order = this.#orderFor(node, { mac: requireMac(mac), spaceSha256, imageId: image.id });
    return { state: 'install', order };
  }

  report(report: Report): void {
    const { registry } = this.#ports;
    const { task, event, percent = 0, bytesPerSecond, lines = [], code = 0, reason = '' } = report;
    const node = this.#node(report.mac);
    this.#keepLines(node, lines);
    if (event === 'failed') {
      this.#failed(node, `${task}: ${reason}`);
      return;
    }
    if (event === 'begin') registry.event(node, 'task-begin', task);
    if (event === 'end')
      registry.event(node, 'task-end', code === 0 ? task : `${task}: error ${code}`);
    const index = INSTALL_TASKS.indexOf(task) + 1;
    const rate = bytesPerSecond === undefined ? {} : { bytesPerSecond };
    registry.progress(node, { task, index, count: INSTALL_TASKS.length, percent, ...rate });
  }

  /** @throws InputError `ticket-wrong`, `ticket-expired`, `ticket-used`; the timeline says so too */
  secrets(holder: TicketHolder): Secrets {
    const { registry, store, secretsFor, clock } = this.#ports;
    const { node, ticket } = this.#requireTicket(holder);
    if (clock.nowMs() > ticket.expiresMs) {
      throw this.#refused('ticket-expired', 'the ticket was good for 30 minutes', [node]);
    }
    if (!store.useTicket(ticket.hash, clock.nowMs())) {
      throw this.#refused('ticket-used', 'secrets are given once for a ticket', [node]);
    }
    registry.event(node, 'secrets', 'agent key and host keys given');
    // Of the machine id in the order, whatever the machine says that it has: a ticket is good for no other agent's key.
    const { machineId = '' } = store.install(node.id);
    const agentId = agentIdOf(Buffer.from(machineId, 'hex')).toString('hex');
    registry.tieToHost(node, agentId);
    return secretsFor(node, agentId);
  }

  /**
   * Makes a ticket good again for the machine that holds it: an installation may take longer than 30 minutes, an answer may get lost.
   * @throws InputError `ticket-wrong`
   */
  renewTicket(holder: TicketHolder): void {
    const { registry, store, clock } = this.#ports;
    const { node, ticket } = this.#requireTicket(holder);
    const why = ticket.usedMs === undefined ? 'its time was over' : 'the secrets did not arrive';
    store.renewTicket(ticket.hash, clock.nowMs() + TICKET_MS);
    registry.event(node, 'ticket-renewed', why);
  }

  /**
   * The machine is installed; it may say so again when our answer got lost.
   * @throws InputError `ticket-wrong`
   */
  done(holder: TicketHolder): void {
    const { node } = this.#holder(holder);
    if (INSTALLED_STATES.includes(node.state)) return;
    this.#requireInstalling(node);
    const { installed, registry, clock } = this.#ports;
    installed.finish(node.id, clock.nowMs());
    registry.reported(node, 'install-finished', INSTALLER);
  }

  async #whatItIs({ name, classes }: PxeNode): Promise<HelloAnswer> {
    const spaceSha256 = await this.#ports.space.current();
    return { name, classes, spaceSha256, version: hashOf([name, classes, spaceSha256].join('\n')) };
  }

  #orderFor(
    node: PxeNode,
    { mac, spaceSha256, imageId }: { mac: Mac; spaceSha256: string; imageId: string },
  ): Signed {
    const { store, installed, space, key, clock } = this.#ports;
    const { classes, machineId = randomMachineId() } = store.install(node.id);
    const ticket = randomBytes(32).toString('base64url');
    const nowMs = clock.nowMs();
    const expiresMs = nowMs + TICKET_MS;
    const { uuid } = node;
    store.save(node.id, { classes, imageId, machineId });
    const what = { assigned: node.classes, classes, imageId, spaceSha256 };
    installed.order(node.id, what, space.bytes(spaceSha256));
    store.saveTicket({ hash: hashOf(ticket), nodeId: node.id, mac, uuid, expiresMs });
    const order: Order = {
      node: node.name,
      mac,
      ...(uuid !== undefined && { uuid }),
      classes,
      spaceSha256,
      imageId,
      machineId,
      disks: node.approvedDisks ?? [],
      ticket,
      expiresMs,
      nowMs,
    };
    return key.sign(order);
  }

  #failed(node: PxeNode, failure: string): void {
    const { registry, log } = this.#ports;
    registry.event(node, 'task-failed', failure);
    const detail = [failure, ...log.last(node.name, FAILURE_LINES)].join('\n');
    registry.reported(node, 'install-failed', INSTALLER, detail);
  }

  /** A log that cannot be written must not stop an installation. */
  #keepLines(node: PxeNode, lines: readonly string[]): void {
    try {
      const isUnapproved = node.state === 'discovered';
      this.#ports.log.append(node.name, lines, isUnapproved ? UNAPPROVED_LOG_BYTES_MAX : undefined);
    } catch (error) {
      this.#sayOnce(node, 'log-lost', reasonOf(error));
    }
  }

  #sayOnce(node: PxeNode, kind: string, text: string): void {
    const key = `${node.id} ${kind}`;
    if (this.#said.get(key) === text) return;
    this.#said.set(key, text);
    this.#ports.registry.event(node, kind, text);
  }

  #requireTicket(holder: TicketHolder): { node: PxeNode; ticket: Ticket } {
    const found = this.#holder(holder);
    this.#requireInstalling(found.node);
    return found;
  }

  /** The machine that a ticket was made for: same node, MAC address and UUID. */
  #holder({ ticket: text, mac, uuid }: TicketHolder): { node: PxeNode; ticket: Ticket } {
    const { registry, store } = this.#ports;
    const node = this.#node(mac);
    const ticket = store.ticket(hashOf(text));
    if (!ticket) throw this.#refused('ticket-wrong', 'there is no such ticket', [node]);
    if (ticket.nodeId !== node.id || ticket.mac !== requireMac(mac)) {
      const owner = registry.byMac(ticket.mac as Mac);
      const nodes = owner ? [node, owner] : [node];
      throw this.#refused('ticket-wrong', `${mac} has the ticket of ${ticket.mac}`, nodes);
    }
    if (ticket.uuid !== undefined && ticket.uuid !== uuid) {
      const whose = uuid ?? 'a machine without UUID';
      throw this.#refused('ticket-wrong', `${whose} has the ticket of ${ticket.uuid}`, [node]);
    }
    return { node, ticket };
  }

  #requireInstalling(node: PxeNode): void {
    if (bootPurpose(node) === 'install') return;
    const reason = `the node is ${node.state}, not being installed`;
    throw this.#refused('ticket-wrong', reason, [node]);
  }

  #refused(code: string, reason: string, nodes: readonly PxeNode[]): InputError {
    for (const node of nodes) {
      this.#ports.registry.event(node, 'ticket-refused', `${code}: ${reason}`);
    }
    return new InputError(code, reason);
  }

  #node(text: string): PxeNode {
    const node = this.#ports.registry.byMac(requireMac(text));
    if (!node) throw new InputError('node-unknown', `there is no node with the address ${text}`);
    return node;
  }
}

function wait(why: string): OrderAnswer {
  return { state: 'wait', why, askAgainMs: ASK_AGAIN_MS };
}

function again(why: string): OrderAnswer {
  return { state: 'again', why, askAgainMs: ASK_AGAIN_MS };
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

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function randomMachineId(): string {
  return randomUUID().replaceAll('-', '');
}
