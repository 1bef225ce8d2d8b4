import { InputError } from '../../../base/errors.ts';
import type { Disk } from '../disk/layout.ts';
import { parseDiskConfig } from '../disk/parse.ts';
import { blankDisk, planDisks } from '../disk/plan.ts';
import type { Stanza } from '../disk/stanza.ts';
import type { Problem } from '../problem.ts';

const GIB = 1024 ** 3;
/** A layout that fits none of these fits no machine; msdos labels end at 2 TiB, large volumes need more. */
const TRIAL_SIZES = [1024 * GIB, 100 * GIB, 16 * 1024 * GIB, 512 * 1024 * GIB] as const;
const TRIAL_RAM = 16 * GIB;
/** What only a machine can answer. */
const NEEDS_MACHINE = new Set(['disk-preserve', 'disk-ram']);

/** Finds syntax errors and layouts that cannot fit any disk. */
export function checkDiskConfig(text: string, path: string): readonly Problem[] {
  const errors = syntaxErrors(text);
  if (errors.length > 0) return errors.map((error) => toProblem(error, path));
  const stanzas = parseDiskConfig(text);
  if (stanzas.some(namesSpecialDisk)) return [];
  const trials = TRIAL_SIZES.map((size) => trial(text, trialDisks(stanzas, size)));
  const [first] = trials;
  if (!first || trials.some((error) => error === undefined)) return [];
  return NEEDS_MACHINE.has(first.code) ? [] : [toProblem(first, path)];
}

/**
 * The parser stops at the first error: it goes on without that line, unless others depend on it.
 * @returns in the order of lines
 */
function syntaxErrors(text: string): readonly InputError[] {
  const lines = text.split('\n');
  const errors: InputError[] = [];
  for (;;) {
    const error = inputError(() => parseDiskConfig(lines.join('\n')));
    if (!error) return errors;
    errors.push(error);
    const at = (error.line ?? 0) - 1;
    const isHeader = /^\s*disk_config\b/.test(lines[at] ?? 'disk_config');
    if (isHeader || error.code === 'disk-context') return errors;
    lines[at] = '';
  }
}

function trial(text: string, disks: readonly Disk[]): InputError | undefined {
  return inputError(() => planDisks(text, disks, { ramBytes: TRIAL_RAM, initial: true }));
}

function inputError(run: () => unknown): InputError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/** Disks that are named by pattern or by id exist only on a machine. */
function namesSpecialDisk(stanza: Stanza): boolean {
  return stanza.kind === 'disk' && /[*?[]|^\/dev\/.*\//.test(stanza.device);
}

/** As many disks as the file counts, and those that it names. */
function trialDisks(stanzas: readonly Stanza[], size: number): readonly Disk[] {
  const text = JSON.stringify(stanzas);
  const numbers = [...text.matchAll(/"disk(\d+)[".]/g)].map((match) => Number(match[1]));
  const counted = Array.from({ length: Math.max(0, ...numbers) }, (_, at) => `/dev/nvme${at}n1`);
  const named = stanzas.flatMap((one) =>
    one.kind === 'disk' && !/^disk\d+$/.test(one.device)
      ? [one.device.replace(/^(?!\/)/, '/dev/')]
      : [],
  );
  return [...counted, ...new Set(named)].map((disk) => blankDisk(disk, size));
}

function toProblem(error: InputError, path: string): Problem {
  const { code, message, line } = error;
  return { severity: 'error', code, path, ...(line === undefined ? {} : { line }), message };
}
