/** What differs between two texts, line by line. */

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'skipped';
  readonly text: string;
  /** 1-based, of the text that has the line (the newer one for same lines); 0 for skipped ones. */
  readonly line: number;
}

/** Unchanged lines that are shown around a change. */
const CONTEXT = 3;
/** Cells of the table of common lines; texts that differ more are shown as replaced. */
const CELLS_MAX = 4_000_000;

export function diffLines(before: string, after: string): DiffLine[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail += 1;
  const middle = changesOf(a.slice(head, a.length - tail), b.slice(head, b.length - tail), head);
  const same = (from: number, to: number): DiffLine[] =>
    b.slice(from, to).map((text, index) => ({ kind: 'same', text, line: from + index + 1 }));
  return shortened([...same(0, head), ...middle, ...same(b.length - tail, b.length)]);
}

/** A line break at the end makes no further line. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** By the longest common subsequence. @param offset lines before these in both texts */
function changesOf(a: readonly string[], b: readonly string[], offset: number): DiffLine[] {
  const removed = (index: number): DiffLine => ({
    kind: 'removed',
    text: a[index]!,
    line: offset + index + 1,
  });
  const added = (index: number): DiffLine => ({
    kind: 'added',
    text: b[index]!,
    line: offset + index + 1,
  });
  if (a.length * b.length > CELLS_MAX)
    return [...a.map((_, index) => removed(index)), ...b.map((_, index) => added(index))];
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
  const out: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const isSame = i < a.length && j < b.length && a[i] === b[j];
    if (isSame) {
      out.push({ kind: 'same', text: b[j]!, line: offset + j + 1 });
      i += 1;
      j += 1;
    } else if (
      i < a.length &&
      (j === b.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)
    )
      out.push(removed(i++));
    else out.push(added(j++));
  }
  return out;
}

/** Long runs of unchanged lines become one that says how many there are. */
function shortened(lines: readonly DiffLine[]): DiffLine[] {
  const isNear = lines.map(() => false);
  lines.forEach(({ kind }, index) => {
    if (kind === 'same') return;
    isNear.fill(true, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
  });
  const out: DiffLine[] = [];
  for (let at = 0; at < lines.length; ) {
    if (isNear[at]) {
      out.push(lines[at]!);
      at += 1;
      continue;
    }
    const next = isNear.indexOf(true, at);
    const end = next < 0 ? lines.length : next;
    out.push({ kind: 'skipped', text: `${end - at} unchanged lines`, line: 0 });
    at = end;
  }
  return out;
}
