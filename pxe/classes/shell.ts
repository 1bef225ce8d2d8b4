import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WorldError } from '../../base/errors.ts';

const SCRIPTS = fileURLToPath(new URL('scripts/', import.meta.url));
/** A script of a config space that waits for something must not hold the appliance. */
const RUN_MS_MAX = 30_000;
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;

export type Firmware = 'bios' | 'uefi';
const FIRMWARE_HERE: Firmware = existsSync('/sys/firmware/efi') ? 'uefi' : 'bios';

export interface ShellRun {
  /** Fields that the driver wrote on descriptor 3. */
  readonly fields: readonly string[];
  /** What the scripts wrote on standard error. */
  readonly messages: string;
}

/**
 * Runs one of our bash drivers over scripts of a config space.
 * @param variables the whole environment, but PATH and LANG
 * @param lines     read by the driver on descriptor 4
 * @param firmware  what the scripts find in /sys/firmware; default: this machine's
 * @throws WorldError `profile-shell` when bash cannot run, takes more than 30 s, or writes more than 4 MiB
 */
export function runDriver(
  driver: string,
  args: readonly string[],
  options: {
    readonly variables: Readonly<Record<string, string>>;
    readonly lines: string;
    readonly firmware?: Firmware | undefined;
  },
): Promise<ShellRun> {
  const path = `${SCRIPTS}bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
  const command = ['bash', '--noprofile', '--norc', `${SCRIPTS}${driver}`, ...args];
  const { firmware = FIRMWARE_HERE } = options;
  const wrapper =
    firmware === FIRMWARE_HERE ? [] : ['bash', `${SCRIPTS}as-firmware.bash`, firmware];
  const [program = '', ...rest] = [...wrapper, ...command];
  const child = spawn(program, rest, {
    env: { LANG: 'C.UTF-8', ...options.variables, PATH: path },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const [, , errors, results, input] = child.stdio;
  const output = { results: '', errors: '' };
  return new Promise((resolve, reject) => {
    const stop = (reason: string) => {
      // The group, so that what a script started goes too.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      reject(new WorldError('profile-shell', `running ${driver}`, reason));
    };
    const timer = setTimeout(() => stop(`not done after ${RUN_MS_MAX / 1000} s`), RUN_MS_MAX);
    const collect = (key: 'results' | 'errors') => (chunk: Buffer) => {
      output[key] += chunk.toString();
      if (output[key].length > OUTPUT_BYTES_MAX) stop('more than 4 MiB of output');
    };
    errors?.on('data', collect('errors'));
    results?.on('data', collect('results'));
    input?.on('error', () => undefined);
    (input as NodeJS.WritableStream | null)?.end(options.lines);
    child.on('error', (cause) =>
      reject(new WorldError('profile-shell', `running ${driver}`, cause)),
    );
    child.on('close', () => {
      clearTimeout(timer);
      resolve({ fields: output.results.split('\0').slice(0, -1), messages: output.errors.trim() });
    });
  });
}
