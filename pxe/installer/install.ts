/** One installation, from the first contact with the appliance to the last: what run-fai asks for is answered here. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError, reasonOf, WorldError } from '../../base/errors.ts';
import type { NodeHardware } from '../../wire/pxe.ts';
import { type Appliance, Refusal } from './client.ts';
import type { BootParameters } from './command-line.ts';
import { approvedDiskNames } from './disks-check.ts';
import { type ExtractProgress, extractImage } from './extract.ts';
import { type FaiEvent, runFai } from './fai.ts';
import type { HelloAnswer, Order } from './protocol.ts';
import { Reporter } from './reporter.ts';
import { writeMachineId, writeSecrets } from './target.ts';

/** What of the machine an installation touches. */
export interface Surroundings {
  readonly runFai: string;
  /** Where the config space goes. */
  readonly space: string;
  /** Where FAI mounts the new file systems. */
  readonly target: string;
  /** Where FAI keeps the class list. */
  readonly classesFile: string;
  /** run-fai reads the disks that may be written from here. */
  readonly disksFile: string;
  readonly setClock: (nowMs: number) => void;
}

export const MACHINE: Surroundings = {
  runFai: '/usr/lib/clustermon/run-fai',
  space: '/fai',
  target: '/target',
  classesFile: '/tmp/fai/FAI_CLASSES',
  disksFile: '/run/clustermon/disklist',
  setClock: (nowMs) => void spawnSync('date', ['-s', `@${Math.floor(nowMs / 1000)}`]),
};

export interface Machine extends BootParameters {
  readonly uuid: string | undefined;
  readonly hardware: NodeHardware;
}

export class Installation {
  readonly #appliance: Appliance;
  readonly #machine: Machine;
  readonly #surroundings: Surroundings;
  readonly #say: (text: string) => void;
  readonly #reporter: Reporter;
  /** What the appliance said last that this machine is. */
  #hello: HelloAnswer | undefined;
  #order: Order | undefined;
  #mustStartOver = false;
  #failure: string | undefined;

  /** @param say writes a line on the console */
  constructor(
    appliance: Appliance,
    machine: Machine,
    say: (text: string) => void,
    surroundings: Surroundings = MACHINE,
  ) {
    this.#appliance = appliance;
    this.#machine = machine;
    this.#say = say;
    this.#surroundings = surroundings;
    this.#reporter = new Reporter(appliance, machine.mac);
  }

  /** @returns true when the node is installed, and restarting is right */
  async run(): Promise<boolean> {
    try {
      do await this.#once();
      while (this.#mustStartOver);
      return true;
    } catch (error) {
      const reason = describeError(error);
      this.#say(`FAILED in ${this.#reporter.task}: ${reason}`);
      this.#reporter.failed(reason);
      await this.#reporter.settled();
      return false;
    }
  }

  /** From hello to the end, or until what this machine is has changed: then nothing was written yet. */
  async #once(): Promise<void> {
    const { mac, uuid, hardware } = this.#machine;
    this.#failure = undefined;
    const hello = await this.#appliance.hello({ mac, hardware, ...known(uuid) });
    this.#hello = hello;
    this.#say(`this is ${hello.name}; config space ${hello.spaceSha256.slice(0, 12)}`);
    this.#mustStartOver = !(await this.#fetchSpace(hello.spaceSha256));
    if (this.#mustStartOver) return;
    const status = await this.#runFai(hello.name, hello.classes);
    if (this.#mustStartOver) return;
    if (status !== 0 || this.#failure !== undefined || !this.#order) {
      throw new Error(this.#failure ?? `task-failed: run-fai ended with ${status}`);
    }
    await this.#reporter.settled();
    await this.#appliance.done({ mac, ticket: this.#order.ticket, ...known(uuid) });
  }

  /** @returns false when the appliance has another one by now */
  async #fetchSpace(sha256: string): Promise<boolean> {
    const archive = await this.#appliance.space(sha256).catch((refusal: unknown) => {
      if (refusal instanceof Refusal && refusal.code === 'space-unknown') return undefined;
      throw refusal;
    });
    if (!archive) return false;
    const found = createHash('sha256').update(archive).digest('hex');
    if (found !== sha256) throw new InputError('space-tampered', `the config space is ${found}`);
    const { space } = this.#surroundings;
    rmSync(space, { recursive: true, force: true });
    mkdirSync(space, { recursive: true });
    const run = spawnSync('tar', ['-x', '-C', space, '-f', '-'], { input: archive });
    if (run.status !== 0) throw new Error(`unpacking the config space: ${run.stderr}`);
    return true;
  }

  async #runFai(name: string, classes: readonly string[]): Promise<number | null> {
    return await runFai({
      command: this.#surroundings.runFai,
      args: ['install'],
      env: {
        LANG: 'C.UTF-8',
        HOSTNAME: name,
        ADDCLASSES: classes.join(','),
        SERVER: new URL(this.#machine.server).hostname,
        ip: 'dhcp',
      },
      onEvent: (event) => this.#onEvent(event),
      onLine: (line) => {
        this.#say(line);
        this.#reporter.line(line);
      },
      answer: (what) => this.#answer(what),
    });
  }

  #onEvent(event: FaiEvent): void {
    switch (event.kind) {
      case 'begin':
        this.#reporter.begin(event.task);
        break;
      case 'end':
        this.#reporter.end(event.task, event.code);
        break;
      case 'hook':
        this.#reporter.line(`hook ${event.name}`);
        break;
      case 'error':
        this.#reporter.line(`${event.task}: error ${event.code}`);
        break;
      case 'die':
        this.#failure ??= `task-failed: ${event.reason}`;
        break;
      case 'ask':
      case 'skip':
      case 'done':
        break;
    }
  }

  async #answer(what: string): Promise<string> {
    try {
      if (what === 'approval') await this.#waitForApproval();
      else if (what === 'extract') await this.#extract();
      else if (what === 'secrets') await this.#fetchSecrets();
      else return `nothing is known of ${what}`;
      return 'yes';
    } catch (error) {
      const reason = describeError(error);
      this.#failure ??= reason;
      return reason.replaceAll('\n', ' ');
    }
  }

  async #waitForApproval(): Promise<void> {
    const { mac, hardware } = this.#machine;
    const { classesFile, disksFile, setClock } = this.#surroundings;
    const classes = readFileSync(classesFile, 'utf8').split(/\s+/).filter(Boolean);
    await this.#appliance.classes({ mac, classes });
    let said = '';
    for (;;) {
      const answer = await this.#appliance.order(mac, this.#hello?.version ?? '');
      if (answer.state === 'install') {
        this.#order = this.#checkOrder(this.#appliance.open<Order>(answer.order), classes);
        const names = approvedDiskNames(this.#order.disks, hardware.disks ?? []);
        mkdirSync(dirname(disksFile), { recursive: true });
        writeFileSync(disksFile, `${names.join(' ')}\n`);
        setClock(this.#order.nowMs);
        return;
      }
      if (answer.why !== said) this.#say(answer.why);
      said = answer.why;
      if (answer.state === 'again') {
        this.#mustStartOver = true;
        throw new InputError('order-refused', answer.why);
      }
      await new Promise((resolve) => setTimeout(resolve, answer.askAgainMs));
    }
  }

  /** An order is for one machine, one class list and one config space. */
  #checkOrder(order: Order, classes: readonly string[]): Order {
    const { mac, uuid } = this.#machine;
    const wrong = [
      order.mac === mac ? '' : `for ${order.mac}`,
      order.uuid === undefined || order.uuid === uuid ? '' : `for the machine ${order.uuid}`,
      order.spaceSha256 === this.#hello?.spaceSha256 ? '' : 'for another config space',
      order.classes.join(' ') === classes.join(' ') ? '' : 'for other classes',
    ].filter((reason) => reason !== '');
    if (wrong.length > 0) throw new InputError('order-refused', `the order is ${wrong.join(', ')}`);
    return order;
  }

  async #extract(): Promise<void> {
    const { imageId } = this.#requireOrder();
    const manifest = await this.#appliance.manifest(imageId);
    if (manifest.id !== imageId)
      throw new InputError('image-tampered', `manifest of ${manifest.id}`);
    const onProgress = ({ percent, bytesPerSecond }: ExtractProgress) =>
      this.#reporter.progress(percent, bytesPerSecond);
    await extractImage(this.#appliance, manifest, this.#surroundings.target, onProgress);
  }

  async #fetchSecrets(): Promise<void> {
    const { mac, uuid } = this.#machine;
    const { target } = this.#surroundings;
    const { ticket, machineId } = this.#requireOrder();
    writeMachineId(target, machineId);
    const holder = { ticket, mac, ...known(uuid) };
    const ask = () => this.#appliance.secrets(holder);
    const secrets = await ask().catch(async (refusal: unknown) => {
      if (!isRenewable(refusal)) throw refusal;
      await this.#appliance.renewTicket(holder);
      return await ask();
    });
    writeSecrets(target, secrets);
  }

  #requireOrder(): Order {
    if (!this.#order) throw new InputError('order-refused', 'there is no order');
    return this.#order;
  }
}

function known(uuid: string | undefined): { uuid?: string } {
  return uuid === undefined ? {} : { uuid };
}

/** It took longer than a ticket is good for, or the answer got lost on its way. */
function isRenewable(refusal: unknown): boolean {
  return refusal instanceof Refusal && ['ticket-expired', 'ticket-used'].includes(refusal.code);
}

/** `code: text`, as a timeline shows it. */
function describeError(error: unknown): string {
  const isNamed =
    error instanceof InputError || error instanceof WorldError || error instanceof Refusal;
  return isNamed ? `${error.code}: ${error.message}` : reasonOf(error);
}
