import { InputError } from '../../../base/errors.ts';
import type { DiskLabel, PartitionLine } from './stanza.ts';

/** Most primary partitions (the extended one counts) that an msdos label has. */
const MSDOS_PRIMARIES_MAX = 4;
const FIRST_LOGICAL = 5;

export interface Numbered {
  readonly number: number;
  /** undefined for the extended partition, which no line names. */
  readonly row: PartitionLine | undefined;
  readonly line: number;
}

/**
 * Gives each line its partition number: primaries from 1, logicals from 5; the extended partition takes the next primary number when
 * the first logical one appears; a raw disk is number 0.
 * @throws InputError `disk-partitions` for too many primaries, or raw-disk beside partitions
 * Source: setup-storage, Parser.pm, init_part_config.
 */
export function numberPartitions(
  rows: readonly PartitionLine[],
  disk: { readonly label: DiskLabel; readonly virtual: boolean },
): readonly Numbered[] {
  const limited = disk.label === 'msdos' && !disk.virtual;
  const numbered: Numbered[] = [];
  let primary = 0;
  let logical = FIRST_LOGICAL - 1;
  const nextPrimary = (line: number) => {
    // Without a limit on primaries, the next one comes after everything there is, logical partitions of a virtual disk included.
    primary = limited ? primary + 1 : Math.max(0, ...numbered.map((one) => one.number)) + 1;
    if (limited && primary > MSDOS_PRIMARIES_MAX) {
      const text = `a ${disk.label} label has ${MSDOS_PRIMARIES_MAX} primary partitions at most`;
      fail(`${text}, the extended one included: use logical partitions or disklabel:gpt`, line);
    }
    return primary;
  };
  for (const row of rows) {
    if (row.type === 'raw-disk') {
      numbered.push({ number: 0, row, line: row.line });
    } else if (row.type === 'primary') {
      numbered.push({ number: nextPrimary(row.line), row, line: row.line });
    } else {
      if (logical < FIRST_LOGICAL) {
        numbered.push({ number: nextPrimary(row.line), row: undefined, line: row.line });
      }
      logical += 1;
      numbered.push({ number: logical, row, line: row.line });
    }
    if (numbered.length > 1 && numbered.some((one) => one.number === 0)) {
      fail('raw-disk cannot be used together with partitions of the same disk', row.line);
    }
  }
  return numbered.toSorted((a, b) => a.number - b.number);
}

function fail(message: string, line: number): never {
  throw new InputError('disk-partitions', message, { line });
}
