import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LOG_BYTES_MAX = 8 * 1024 * 1024;

/** What installers said, a file per node: kept when the installation fails, and when the appliance restarts. */
export class NodeLog {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /**
   * @param node     a node's name, which the registry has checked
   * @param bytesMax a log this long is set aside, and the one before it goes
   */
  append(node: string, lines: readonly string[], bytesMax = LOG_BYTES_MAX): void {
    if (lines.length === 0) return;
    const file = this.path(node);
    if (existsSync(file) && statSync(file).size > bytesMax) renameSync(file, `${file}.1`);
    appendFileSync(file, `${lines.join('\n')}\n`);
  }

  /** The last lines, oldest first. */
  last(node: string, count: number): readonly string[] {
    const file = this.path(node);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count);
  }

  path(node: string): string {
    return join(this.#folder, `${node}.log`);
  }
}
