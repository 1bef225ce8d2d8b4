/** One installation, from the first contact with the appliance to the last: what run-fai asks for is answered here. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { InputError } from '../../base/errors.ts';
import type { NodeHardware } from '../../wire/pxe.ts';
import { type Appliance, Refusal } from './client.ts';
import type { BootParameters } from './command-line.ts';
import { approvedDiskNames } from './disks-check.ts';
import { extractImage } from './extract.ts';
import { type FaiEvent, runFai } from './fai.ts';
import type { Order } from './protocol.ts';
import { Reporter } from './reporter.ts';
import { provideMachineId, writeSecrets } from './target.ts';

const SPACE = '/fai';
const TARGET = '/target';
const CLASSES_FILE = '/tmp/fai/FAI_CLASSES';
/** run-fai reads the disks that may be written from here. */
const DISKS_FILE = '/run/clustermon/disklist';

export interface Machine extends BootParameters {
  readonly uuid: string | undefined;
  readonly hardware: NodeHardware;
}

export class Installation {
  readonly #appliance: Appliance;
  readonly #machine: Machine;
  readonly #say: (text: string) => void;
  readonly #reporter: Reporter;
  #order: Order | undefined;
  #spaceSha256 = '';
  #failure: string | undefined;

  /** @param say writes a line on the console */
  constructor(appliance: Appliance, machine: Machine, say: (text: string) => void) {
    this.#appliance = appliance;
    this.#machine = machine;
    this.#say = say;
    this.#reporter = new Reporter(appliance, machine.mac);
  }

  /** @returns true when the node is installed, and restarting is right */
  async run(): Promise<boolean> {
    try {
      const { mac, uuid, hardware } = this.#machine;
      const hello = await this.#appliance.hello({
        mac,
        hardware,
        ...(uuid !== undefined && { uuid }),
      });
      this.#say(`this is ${hello.name}; config space ${hello.spaceSha256.slice(0, 12)}`);
      await this.#fetchSpace(hello.spaceSha256);
      const status = await this.#runFai(hello.name, hello.classes);
      if (status !== 0 || this.#failure !== undefined || !this.#order) {
        throw new Error(this.#failure ?? `run-fai ended with ${status}`);
      }
      await this.#reporter.settled();
      await this.#appliance.done({ mac, ticket: this.#order.ticket });
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#say(`FAILED in ${this.#reporter.task}: ${reason}`);
      this.#reporter.failed(reason);
      await this.#reporter.settled();
      return false;
    }
  }

  async #fetchSpace(sha256: string): Promise<void> {
    const archive = await this.#appliance.space(sha256);
    const found = createHash('sha256').update(archive).digest('hex');
    if (found !== sha256) throw new InputError('space-tampered', `the config space is ${found}`);
    this.#spaceSha256 = sha256;
    mkdirSync(SPACE, { recursive: true });
    const run = spawnSync('tar', ['-x', '-C', SPACE, '-f', '-'], { input: archive });
    if (run.status !== 0) throw new Error(`unpacking the config space: ${run.stderr}`);
  }

  async #runFai(name: string, classes: readonly string[]): Promise<number | null> {
    return await runFai({
      command: '/usr/lib/clustermon/run-fai',
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
        this.#failure ??= event.reason;
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
      const reason = error instanceof Error ? error.message : String(error);
      this.#failure ??= reason;
      return reason.replaceAll('\n', ' ');
    }
  }

  async #waitForApproval(): Promise<void> {
    const { mac, hardware } = this.#machine;
    const classes = readFileSync(CLASSES_FILE, 'utf8').split(/\s+/).filter(Boolean);
    await this.#appliance.classes({ mac, classes });
    let said = '';
    for (;;) {
      const answer = await this.#appliance.order(mac);
      if (answer.state === 'install') {
        this.#order = this.#checkOrder(this.#appliance.open<Order>(answer.order), classes);
        const names = approvedDiskNames(this.#order.disks, hardware.disks ?? []);
        mkdirSync('/run/clustermon', { recursive: true });
        writeFileSync(DISKS_FILE, `${names.join(' ')}\n`);
        spawnSync('date', ['-s', `@${Math.floor(this.#order.nowMs / 1000)}`]);
        return;
      }
      if (answer.why !== said) this.#say(answer.why);
      said = answer.why;
      await new Promise((resolve) => setTimeout(resolve, answer.askAgainMs));
    }
  }

  /** An order is for one machine, one class list and one config space. */
  #checkOrder(order: Order, classes: readonly string[]): Order {
    const { mac, uuid } = this.#machine;
    const wrong = [
      order.mac === mac ? '' : `for ${order.mac}`,
      order.uuid === undefined || order.uuid === uuid ? '' : `for the machine ${order.uuid}`,
      order.spaceSha256 === this.#spaceSha256 ? '' : 'for another config space',
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
    await extractImage(this.#appliance, manifest, TARGET, ({ percent, bytesPerSecond }) =>
      this.#reporter.progress(percent, bytesPerSecond),
    );
  }

  async #fetchSecrets(): Promise<void> {
    const { mac, uuid } = this.#machine;
    const { ticket } = this.#requireOrder();
    const agentId = provideMachineId(TARGET);
    const request = { ticket, mac, agentId, ...(uuid !== undefined && { uuid }) };
    writeSecrets(TARGET, await this.#appliance.secrets(request));
  }

  #requireOrder(): Order {
    if (!this.#order) throw new Refusal(409, 'there is no order');
    return this.#order;
  }
}
