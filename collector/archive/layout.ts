/**
 * Which archives there are, and where in them a block is. An archive keeps rows of one step for some time; a block holds `spanSeconds`
 * of one host. The block of a time goes to slot ⌊time / span⌋ mod slots of its host, where it replaces the oldest: the file cannot
 * grow beyond what hosts × slots take.
 */
import { InputError } from '../../base/errors.ts';
import { durationText, parseDuration } from './duration.ts';

export interface Archive {
  /** The step as people write it: `1s`, `10s`, `5m`, `1h`. */
  readonly name: string;
  readonly stepSeconds: number;
  readonly keepSeconds: number;
  /** Seconds that one block holds; a multiple of the step and of the finer archive's span. */
  readonly spanSeconds: number;
  readonly rowsPerBlock: number;
  /** Blocks of one host. */
  readonly slots: number;
}

/** Seconds in a block of the finest archive: longer ones take less space (300 s: 3 %) and more memory for what is not stored yet. */
const FINEST_ROWS = 150;
/** Rows in the blocks of the others, at least. */
const FOLDED_ROWS = 120;
const ARCHIVES_MAX = 8;

/** What a row of a folded archive holds for each series, in the order of its columns' ids. */
export const FOLD_FIELDS = ['count', 'sum', 'min', 'max'] as const;

/**
 * @param specs `step:keep` each, such as `1s:6h`, from the finest to the coarsest
 * @throws InputError `archive` saying which spec is wrong and why
 */
export function layoutArchives(specs: readonly string[]): readonly Archive[] {
  if (specs.length === 0 || specs.length > ARCHIVES_MAX) {
    throw new InputError(
      'archive',
      `1 to ${ARCHIVES_MAX} archives are wanted, not ${specs.length}`,
    );
  }
  const archives: Archive[] = [];
  for (const spec of specs) archives.push(layoutOne(spec, archives.at(-1)));
  return archives;
}

function layoutOne(spec: string, finer: Archive | undefined): Archive {
  const [stepText = '', keepText = '', ...rest] = spec.split(':');
  const stepSeconds = parseDuration(stepText);
  const keepSeconds = parseDuration(keepText);
  const refuse = (why: string): never => {
    throw new InputError(
      'archive',
      `archive "${spec}": ${why}; wanted is step:keep, such as 10s:2d`,
    );
  };
  if (stepSeconds === undefined || keepSeconds === undefined || rest.length > 0) {
    return refuse('not two durations');
  }
  if (!finer && stepSeconds !== 1) return refuse('the first archive must have a step of 1s');
  if (finer && (stepSeconds <= finer.stepSeconds || stepSeconds % finer.stepSeconds !== 0)) {
    return refuse(`the step is no multiple of the finer archive's ${finer.name}`);
  }
  const rows = finer ? FOLDED_ROWS : FINEST_ROWS;
  const unit = finer ? lcm(finer.spanSeconds, stepSeconds) : stepSeconds;
  const spanSeconds = Math.ceil((rows * stepSeconds) / unit) * unit;
  if (finer && finer.keepSeconds < 2 * spanSeconds) {
    return refuse(
      `it is folded from blocks of ${durationText(spanSeconds)}, so the finer archive must keep at least ${durationText(2 * spanSeconds)}`,
    );
  }
  if (keepSeconds < spanSeconds)
    return refuse(`it must keep at least ${durationText(spanSeconds)}`);
  return {
    name: durationText(stepSeconds),
    stepSeconds,
    keepSeconds,
    spanSeconds,
    rowsPerBlock: spanSeconds / stepSeconds,
    // One more than fits the time, because the newest block is rarely whole.
    slots: Math.ceil(keepSeconds / spanSeconds) + 1,
  };
}

function lcm(one: number, other: number): number {
  let multiple = one;
  while (multiple % other !== 0) multiple += one;
  return multiple;
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Seconds by which the blocks of a host begin later than those of host 0, so that the ends of blocks are spread over time. */
function offsetOf(archive: Archive, host: number): number {
  return Math.floor(((host * GOLDEN) % 1) * archive.rowsPerBlock) * archive.stepSeconds;
}

/** First second of the block that holds `second`. */
export function blockStart(archive: Archive, host: number, second: number): number {
  const offset = offsetOf(archive, host);
  return Math.floor((second - offset) / archive.spanSeconds) * archive.spanSeconds + offset;
}

/** Numbers of hosts are smaller. */
export const HOST_NUMBERS = 2 ** 20;

/**
 * Key of the row that holds the block which begins at `start`. Blocks that begin in the same second are neighbours, so that what is written in one second
 * goes into few pages.
 */
export function blockId(archive: Archive, host: number, start: number): number {
  const ringRows = archive.slots * archive.rowsPerBlock;
  return ((start / archive.stepSeconds) % ringRows) * HOST_NUMBERS + host;
}

/** The host whose block has this key. */
export function hostOfBlock(id: number): number {
  return id % HOST_NUMBERS;
}
