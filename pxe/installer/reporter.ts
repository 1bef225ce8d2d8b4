import type { Appliance } from './client.ts';
import {
  INSTALL_TASKS,
  type InstallTask,
  REPORT_LINE_LENGTH_MAX,
  REPORT_LINES_MAX,
  type Report,
} from './protocol.ts';

/** Progress and log lines go out together, at most this often. */
const SEND_MS = 1000;
/** While nothing happens, this often: a machine that says nothing has lost its power or its network. */
const ALIVE_MS = 15_000;
/** Lines kept while the appliance does not answer; the oldest go first. */
const LINES_KEPT_MAX = 5000;

type Ports = Pick<Appliance, 'report'>;

/** Sends what happens to the appliance, in order; what a task says while it runs is gathered. */
export class Reporter {
  readonly #appliance: Ports;
  readonly #mac: string;
  #task: InstallTask = 'confdir';
  #lines: string[] = [];
  #progress: { percent: number; bytesPerSecond?: number } | undefined;
  #sending: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #percent = 0;
  #alive: NodeJS.Timeout | undefined;

  constructor(appliance: Ports, mac: string) {
    this.#appliance = appliance;
    this.#mac = mac;
  }

  get task(): InstallTask {
    return this.#task;
  }

  /** Tasks that only FAI knows count as part of the one before. */
  begin(task: string): void {
    if (!(INSTALL_TASKS as readonly string[]).includes(task)) return;
    this.#flush();
    this.#task = task as InstallTask;
    this.#percent = 0;
    this.#alive ??= setInterval(() => this.progress(this.#percent), ALIVE_MS);
    this.#send({ event: 'begin', percent: 0 });
  }

  end(task: string, code: number): void {
    if (task !== this.#task) return;
    this.#flush();
    this.#send({ event: 'end', percent: 100, code });
  }

  /** @param reason with the error's code in front, such as `disks-differ: …` */
  failed(reason: string): void {
    this.line(reason);
    this.#flush();
    this.#send({ event: 'failed', reason: reason.slice(0, REPORT_LINE_LENGTH_MAX) });
  }

  progress(percent: number, bytesPerSecond?: number): void {
    this.#percent = percent;
    this.#progress = { percent, ...(bytesPerSecond !== undefined && { bytesPerSecond }) };
    this.#wake();
  }

  line(text: string): void {
    this.#lines.push(text.slice(0, REPORT_LINE_LENGTH_MAX));
    if (this.#lines.length > LINES_KEPT_MAX) this.#lines.shift();
    this.#wake();
  }

  /** The last that is said: resolves when everything has arrived. */
  async settled(): Promise<void> {
    clearInterval(this.#alive);
    this.#flush();
    await this.#sending;
  }

  #wake(): void {
    this.#timer ??= setTimeout(() => this.#flush(), SEND_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#lines.length > 0 || this.#progress) {
      const lines = this.#lines.splice(0, REPORT_LINES_MAX);
      const progress = this.#progress ?? {};
      this.#progress = undefined;
      this.#send({ event: 'progress', ...progress, lines });
    }
  }

  #send(report: Omit<Report, 'mac' | 'task'>): void {
    const task = this.#task;
    const mac = this.#mac;
    // A report that is refused (the node was cancelled) must not stop what runs.
    this.#sending = this.#sending.then(() =>
      this.#appliance.report({ mac, task, ...report }).catch(() => undefined),
    );
  }
}
