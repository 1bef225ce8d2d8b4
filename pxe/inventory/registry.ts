import type { Clock } from '../../base/clock.ts';
import { InputError, reasonOf } from '../../base/errors.ts';
import type { Mac } from '../../wire/address.ts';
import type {
  AuditEntry,
  NodeDisk,
  NodeEvent,
  NodeHardware,
  Progress,
  PxeNode,
  Quirks,
} from '../../wire/pxe.ts';
import { expectedNext } from '../boot/explain.ts';
import { allows, bootPurpose, isHostName, type NodeAction, nextState } from './node.ts';
import type { NewEvent, NodeStore } from './store.ts';

/** Who changes something, and from which address: what the audit keeps. */
export interface Actor {
  readonly who: string;
  readonly from: string;
}

/** What a person, or a rule of the config space, says about a node. */
export interface Assignment {
  readonly name?: string;
  readonly classes?: readonly string[];
  readonly address?: string;
  readonly rack?: string;
  readonly unit?: number;
  readonly quirks?: Quirks;
}

/** What a machine says of itself when it asks to boot. */
export type Found = Pick<PxeNode, 'uuid' | 'architecture'>;

/** A rule's answer about a machine; `approve` lets it install without a person. */
export type NodePolicy = (node: PxeNode) => Assignment & { readonly approve?: boolean };

/** Machines that nobody asked for: enough for a room, and a bound for a flood of invented addresses. */
export const DISCOVERED_NODES_MAX = 5000;
/** Timeline events wait this long so that many share one transaction. */
const EVENT_FLUSH_MS = 200;
const EVENT_QUEUE_MAX = 1000;
/** Of an event; machines that nobody knows bring much of it. */
const EVENT_TEXT_MAX = 1000;
/** Events kept while the disk refuses them; the oldest go first. */
const UNWRITTEN_EVENTS_MAX = 10_000;

const CLASS = /^[A-Za-z0-9_.-]+$/;
const SELF: Actor = { who: 'appliance', from: 'local' };
const RULE: Actor = { who: 'rule', from: 'config space' };

/**
 * The registry of nodes: all in memory. What was decided is on disk before it counts, what was only observed is written within
 * `EVENT_FLUSH_MS`, and brought to disk by the kernel. A state changes here and nowhere else.
 */
export class Registry {
  readonly #store: NodeStore;
  readonly #clock: Clock;
  readonly #policy: NodePolicy;
  readonly #nodes = new Map<number, PxeNode>();
  readonly #idOfMac = new Map<string, number>();
  readonly #idOfName = new Map<string, number>();
  readonly #idOfAddress = new Map<string, number>();
  readonly #lastEvents = new Map<string, NewEvent>();
  /** What machines show by themselves is written a little later, together: a rack that powers on is not to wait for the disk. */
  readonly #unsaved = new Set<number>();
  #pendingAudit: AuditEntry[] = [];
  #pendingEvents: NewEvent[] = [];
  readonly #onRefused: (reason: string) => void;
  #flushScheduled = false;
  #closed = false;

  /** @param onRefused hears why something observed is not taken in, such as a full disk: that is kept and tried again */
  constructor(
    store: NodeStore,
    clock: Clock,
    policy: NodePolicy = () => ({}),
    onRefused: (reason: string) => void = () => {},
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#policy = policy;
    this.#onRefused = onRefused;
    for (const node of store.loadNodes()) this.#keep(node);
    const macs = [...this.#idOfMac.keys()];
    for (const mac of macs) {
      const last = store.events([mac], 0, 1)[0];
      if (last) this.#lastEvents.set(mac, last);
    }
  }

  /** All nodes, by name. */
  list(): PxeNode[] {
    return [...this.#nodes.values()]
      .map((node) => this.#withContact(node))
      .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  }

  byMac(mac: Mac): PxeNode | undefined {
    return this.#withId(this.#idOfMac.get(mac));
  }

  byName(name: string): PxeNode | undefined {
    return this.#withId(this.#idOfName.get(name.toLowerCase()));
  }

  /** The node for which an IPv4 address is reserved. */
  byAddress(address: string): PxeNode | undefined {
    return this.#withId(this.#idOfAddress.get(address));
  }

  /**
   * A machine asked to boot from the network: the node with this address, made anew when it is the first contact.
   * @returns undefined when `DISCOVERED_NODES_MAX` machines wait already
   */
  seen(mac: Mac, found: Found = {}): PxeNode | undefined {
    const known = this.byMac(mac);
    if (known) {
      const { uuid = known.uuid, architecture = known.architecture } = found;
      if (uuid === known.uuid && architecture === known.architecture) return known;
      return this.#change(known, found, undefined);
    }
    const waiting = [...this.#nodes.values()].filter((node) => node.state === 'discovered').length;
    if (waiting >= DISCOVERED_NODES_MAX) {
      this.#onRefused(`${waiting} machines wait for approval: no more are taken in, retire some`);
      return undefined;
    }
    const node = this.#create({ macs: [mac], ...found }, { ...SELF, action: 'discover' });
    return this.#applyPolicy(node);
  }

  /**
   * Enters a machine before its first boot.
   * @throws InputError `node-exists`, or those of `assign`
   */
  add(entry: Assignment & { readonly macs: readonly Mac[] }, actor: Actor): PxeNode {
    const { macs, ...assignment } = entry;
    for (const mac of macs) {
      const owner = this.byMac(mac);
      if (owner)
        throw new InputError('node-exists', `${mac} belongs to ${owner.name} already`, {
          field: 'macs',
        });
    }
    this.#checkAssignment(assignment, undefined);
    return this.#create({ macs, ...assignment }, { ...actor, action: 'add' });
  }

  /**
   * Changes what is said about a node; fields that are left out stay.
   * @throws InputError `node-name`, `node-class`, `node-address-taken`, `node-unit`
   */
  assign(node: PxeNode, assignment: Assignment, actor: Actor): PxeNode {
    this.#checkAssignment(assignment, node);
    return this.#change(node, assignment, {
      ...actor,
      action: 'assign',
      detail: JSON.stringify(assignment),
    });
  }

  /**
   * Moves a node to its next state, and forgets what the old one was about. What allows writing to disks also keeps which disks.
   * @throws InputError `node-state` when the action does not apply
   */
  act(node: PxeNode, action: NodeAction, actor: Actor, detail = ''): PxeNode {
    const current = this.#nodes.get(node.id) ?? node;
    const state = nextState(current, action);
    const { progress: _progress, failure: _failure, ...kept } = current;
    const changed: PxeNode = {
      ...kept,
      state,
      changedMs: this.#clock.nowMs(),
      ...(action === 'install-failed' && { failure: detail }),
      ...(action === 'metrics-arrived' && { installedMs: this.#clock.nowMs() }),
      ...(state === 'approved' && { approvedDisks: identities(current.hardware) }),
    };
    this.#write(changed, this.#audit(changed, { ...actor, action, detail }));
    this.event(changed, 'state', `${current.state} → ${state}${detail ? `: ${detail}` : ''}`);
    return this.#withContact(changed);
  }

  /** Like `act`, for reports that may come late or twice: leaves the node alone where the action does not apply, or changes nothing. */
  reported(
    node: PxeNode,
    action: Exclude<NodeAction, 'cancel'>,
    actor: Actor = SELF,
    detail = '',
  ): PxeNode {
    const current = this.#nodes.get(node.id) ?? node;
    const isNews = allows(current.state, action) && nextState(current, action) !== current.state;
    return isNews ? this.act(current, action, actor, detail) : current;
  }

  /** The installer's step, kept on the node as its last contact; neither audited nor an event, since it comes many times a minute. */
  progress(node: PxeNode, progress: Progress): PxeNode {
    const begun = node.state === 'installing' ? node : this.reported(node, 'task-begun');
    if (begun.state !== 'installing') return begun;
    this.#contact(begun, 'report', `${progress.task} ${progress.percent} %`);
    return this.#change(begun, { progress }, undefined);
  }

  /**
   * What the installer found; rules of the config space may name, assign and approve the node by it.
   * A machine that was approved before anybody saw it: the disks that it shows first are those that were meant.
   */
  foundHardware(node: PxeNode, hardware: NodeHardware): PxeNode {
    const isUnseen = bootPurpose(node) === 'install' && !node.approvedDisks?.length;
    if (!isUnseen) return this.#applyPolicy(this.#change(node, { hardware }, undefined));
    const approvedDisks = identities(hardware);
    const detail = approvedDisks
      .map(({ name, serial = 'no serial' }) => `${name} ${serial}`)
      .join(', ');
    const actor = { who: 'installer', from: 'machine', action: 'disks', detail };
    return this.#applyPolicy(this.#change(node, { hardware, approvedDisks }, actor));
  }

  /** Ties the node to a host of the collector. */
  tieToHost(node: PxeNode, agentId: string): PxeNode {
    return node.agentId === agentId ? node : this.#change(node, { agentId }, undefined);
  }

  /** Adds a step to the timeline of a machine. */
  event(of: PxeNode | Mac, kind: string, text: string): void {
    const event = this.#contact(of, kind, text);
    if (!event) return;
    this.#pendingEvents.push(event);
    if (this.#pendingEvents.length === EVENT_QUEUE_MAX) this.#tryFlush();
    else this.#scheduleFlush();
  }

  /** The last events of a node's addresses, oldest first. */
  events(
    of: { readonly macs: readonly string[] },
    options: { afterId?: number; limit?: number } = {},
  ): NodeEvent[] {
    this.#tryFlush();
    return this.#store.events(of.macs, options.afterId ?? 0, options.limit ?? 200);
  }

  audit(node?: PxeNode, limit = 100): AuditEntry[] {
    this.#tryFlush();
    return this.#store.audit(node?.name, limit);
  }

  close(): void {
    this.#tryFlush();
    this.#closed = true;
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    this.#clock.after(EVENT_FLUSH_MS, () => {
      this.#flushScheduled = false;
      if (this.#closed) return;
      this.#tryFlush();
      if (this.#unsaved.size + this.#pendingEvents.length > 0) this.#scheduleFlush();
    });
  }

  /** Writes what was observed; what the disk refuses stays for the next time. */
  #tryFlush(): void {
    try {
      this.#flush();
    } catch (error) {
      this.#pendingEvents = this.#pendingEvents.slice(-UNWRITTEN_EVENTS_MAX);
      this.#onRefused(reasonOf(error));
    }
  }

  /** Writes all that waits, and with it a decision, in one transaction. */
  #flush(decision?: { readonly node: PxeNode; readonly audit: AuditEntry }): void {
    const waiting = [...this.#unsaved].flatMap((id) => this.#nodes.get(id) ?? []);
    const others = waiting.filter(({ id }) => id !== decision?.node.id);
    const nodes = decision ? [...others, decision.node] : others;
    const audit = decision ? [...this.#pendingAudit, decision.audit] : this.#pendingAudit;
    const events = this.#pendingEvents;
    if (nodes.length + audit.length + events.length === 0) return;
    this.#store.write({ nodes, audit, events }, { isDecision: decision !== undefined });
    this.#unsaved.clear();
    this.#pendingAudit = [];
    this.#pendingEvents = [];
  }

  /** Notes when the machine was last heard of, and what it did. */
  #contact(of: PxeNode | Mac, kind: string, text: string): NewEvent | undefined {
    const mac = typeof of === 'string' ? of : (of.macs[0] as Mac | undefined);
    if (mac === undefined) return undefined;
    const event = { atMs: this.#clock.nowMs(), mac, kind, text: text.slice(0, EVENT_TEXT_MAX) };
    this.#lastEvents.set(mac, event);
    return event;
  }

  #create(
    entry: Assignment & Found & { readonly macs: readonly Mac[] },
    actor: Actor & { readonly action: string },
  ): PxeNode {
    const nowMs = this.#clock.nowMs();
    const node: PxeNode = {
      classes: [],
      quirks: {},
      ...entry,
      id: Math.max(0, ...this.#nodes.keys()) + 1,
      name: entry.name ?? `node-${entry.macs[0]?.replaceAll(':', '')}`,
      state: 'discovered',
      createdMs: nowMs,
      changedMs: nowMs,
    };
    this.#write(node, this.#audit(node, { ...actor, detail: node.macs.join(' ') }));
    return this.#withContact(node);
  }

  /** A rule that cannot hold, such as a name that another node has, leaves the node as it is: a person decides. */
  #applyPolicy(node: PxeNode): PxeNode {
    const { approve, ...assignment } = this.#policy(node);
    const changes = Object.entries(assignment).filter(
      ([key, value]) => JSON.stringify(node[key as keyof Assignment]) !== JSON.stringify(value),
    );
    try {
      const assigned = changes.length > 0 ? this.assign(node, assignment, RULE) : node;
      return approve && assigned.state === 'discovered'
        ? this.act(assigned, 'approve', RULE)
        : assigned;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.event(node, 'rule-refused', `nodes.yaml: ${error.message}`);
      return this.#withId(node.id) ?? node;
    }
  }

  #checkAssignment(assignment: Assignment, node: PxeNode | undefined): void {
    const { name, classes, address, unit } = assignment;
    if (name !== undefined) {
      if (!isHostName(name)) {
        throw new InputError(
          'node-name',
          `${JSON.stringify(name)} is not a host name (letters, digits, hyphens)`,
          { field: 'name' },
        );
      }
      const owner = this.byName(name);
      if (owner && owner.id !== node?.id) {
        throw new InputError(
          'node-exists',
          `there is a node ${name} already (${owner.macs.join(', ')})`,
          { field: 'name' },
        );
      }
    }
    const badClass = classes?.find((entry) => !CLASS.test(entry));
    if (badClass !== undefined) {
      throw new InputError(
        'node-class',
        `${JSON.stringify(badClass)} is not a class name (letters, digits, _ . -)`,
        { field: 'classes' },
      );
    }
    const owner = address === undefined ? undefined : this.byAddress(address);
    if (owner && owner.id !== node?.id)
      throw new InputError('node-address-taken', `${address} is reserved for ${owner.name}`, {
        field: 'address',
      });
    if (unit !== undefined && !(Number.isInteger(unit) && unit >= 1 && unit <= 100)) {
      throw new InputError('node-unit', `unit ${unit} is not a rack unit from 1 to 100`, {
        field: 'unit',
      });
    }
  }

  #change(
    node: PxeNode,
    changes: Partial<PxeNode>,
    actor: (Actor & { readonly action: string; readonly detail: string }) | undefined,
  ): PxeNode {
    const changed = { ...(this.#nodes.get(node.id) ?? node), ...changes };
    this.#write(changed, actor && this.#audit(changed, actor));
    return this.#withContact(changed);
  }

  #audit(
    node: PxeNode,
    entry: Actor & { readonly action: string; readonly detail: string },
  ): AuditEntry {
    return { atMs: this.#clock.nowMs(), node: node.name, ...entry };
  }

  #write(node: PxeNode, audit: AuditEntry | undefined): void {
    const { lastContact: _lastContact, expectedNext: _expectedNext, ...stored } = node;
    if (audit && isDecision(audit)) {
      // A decision counts once it is on disk: where it cannot be written, nothing has changed.
      this.#flush({ node: stored, audit });
    } else {
      this.#unsaved.add(node.id);
      if (audit) this.#pendingAudit.push(audit);
      this.#scheduleFlush();
    }
    this.#keep(stored);
  }

  #keep(node: PxeNode): void {
    const before = this.#nodes.get(node.id);
    if (before) {
      this.#idOfName.delete(before.name.toLowerCase());
      if (before.address !== undefined) this.#idOfAddress.delete(before.address);
      for (const mac of before.macs) this.#idOfMac.delete(mac);
    }
    this.#nodes.set(node.id, node);
    this.#idOfName.set(node.name.toLowerCase(), node.id);
    if (node.address !== undefined) this.#idOfAddress.set(node.address, node.id);
    for (const mac of node.macs) this.#idOfMac.set(mac, node.id);
  }

  #withId(id: number | undefined): PxeNode | undefined {
    const node = id === undefined ? undefined : this.#nodes.get(id);
    return node && this.#withContact(node);
  }

  #withContact(node: PxeNode): PxeNode {
    const last = node.macs
      .flatMap((mac) => this.#lastEvents.get(mac) ?? [])
      .reduce<NewEvent | undefined>((a, b) => (a && a.atMs >= b.atMs ? a : b), undefined);
    const expected = expectedNext(last, node.state);
    return {
      ...node,
      ...(last && { lastContact: { atMs: last.atMs, what: `${last.kind}: ${last.text}` } }),
      ...(expected !== undefined && { expectedNext: expected }),
    };
  }
}

/** What a rule assigns it assigns again, at the next contact with the machine: a rack that powers on is not to wait for the disk. */
function isDecision({ who, action }: AuditEntry): boolean {
  return who !== SELF.who && !(who === RULE.who && action === 'assign');
}

/** What tells a disk from another: what is on it changes with each installation. */
function identities(hardware: NodeHardware | undefined): readonly NodeDisk[] {
  return (hardware?.disks ?? []).map(({ name, sizeBytes, serial }) => ({
    name,
    sizeBytes,
    ...(serial !== undefined && { serial }),
  }));
}
