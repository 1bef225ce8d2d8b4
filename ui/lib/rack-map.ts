/** Where the cells of the overview are: hosts in groups (racks, classes, states…), laid out so that 200 fit without scrolling. */
import { own } from './own.ts';

export interface MapHost {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
}

export interface Group<T> {
  readonly name: string;
  readonly hosts: readonly T[];
}

/** Hosts that lack the label come last under this name. */
export const NO_GROUP = 'other';

/**
 * Hosts by the value of a label, or by `state`; groups in natural order of their names, and within each by the label `u` from the top of
 * the rack down, else by name.
 */
export function groupHosts<T extends MapHost>(hosts: readonly T[], by: string): Group<T>[] {
  const groups = new Map<string, T[]>();
  for (const host of hosts) {
    const name = by === 'state' ? host.state : (own(host.labels, by) ?? NO_GROUP);
    const group = groups.get(name);
    if (group) group.push(host);
    else groups.set(name, [host]);
  }
  return [...groups.entries()]
    .map(([name, members]) => ({ name, hosts: members.sort(byPlace) }))
    .sort(
      (a, b) =>
        Number(a.name === NO_GROUP) - Number(b.name === NO_GROUP) || natural(a.name, b.name),
    );
}

const collator = new Intl.Collator('en', { numeric: true });

/** n2 before n10. */
export function natural(a: string, b: string): number {
  return collator.compare(a, b);
}

function byPlace(a: MapHost, b: MapHost): number {
  const units = Number(b.labels['u'] ?? Number.NaN) - Number(a.labels['u'] ?? Number.NaN);
  return units || natural(a.name, b.name);
}

/** Labels by which hosts can be grouped, those of the rack and class first: present on some host, and with fewer values than hosts. */
export function groupings(hosts: readonly MapHost[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const host of hosts)
    for (const [label, value] of Object.entries(host.labels)) {
      const seen = values.get(label) ?? new Set();
      values.set(label, seen.add(value));
    }
  const labels = [...values].filter(
    ([label, seen]) => label !== 'u' && seen.size <= hosts.length / 2,
  );
  const rank = (label: string) => ['rack', 'class'].indexOf(label) + 1 || 3;
  const names = labels.map(([label]) => label).sort((a, b) => rank(a) - rank(b) || natural(a, b));
  return [...names, 'state'];
}

/** All in CSS pixels. */
export interface Cell {
  readonly x: number;
  readonly y: number;
  /** Of the host in the list that `layout` was given, flattened. */
  readonly host: number;
}

export interface Heading {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly text: string;
  readonly count: number;
}

export interface MapLayout {
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly cells: readonly Cell[];
  readonly headings: readonly Heading[];
  readonly width: number;
  /** May be more than was offered: then the map scrolls. */
  readonly height: number;
}

export const HEADING_HEIGHT = 18;
const GROUP_GAP = 10;
const CELL_GAP = 2;
/** Wide enough for a short name and a value, and no wider than the eye likes. */
const CELL_WIDTH_MAX = 112;
const CELL_HEIGHT_MAX = 24;
const CELL_HEIGHT_MIN = 9;
const CELL_WIDTH_MIN = 14;

/** Groups side by side, each in as many columns as it needs, with the largest cells that fit; in wrapped bands when none do. */
export function layout(
  groups: readonly Group<unknown>[],
  width: number,
  height: number,
): MapLayout {
  let best: { columns: readonly number[]; cellWidth: number; cellHeight: number } | null = null;
  for (let cellHeight = CELL_HEIGHT_MAX; cellHeight >= CELL_HEIGHT_MIN; cellHeight--) {
    const rows = Math.floor((height - HEADING_HEIGHT) / (cellHeight + CELL_GAP));
    if (rows < 1) continue;
    const columns = groups.map((group) => Math.max(1, Math.ceil(group.hosts.length / rows)));
    const total = columns.reduce((sum, count) => sum + count, 0);
    const room = width - GROUP_GAP * (groups.length - 1);
    const cellWidth = Math.min(CELL_WIDTH_MAX, Math.floor(room / Math.max(1, total)) - CELL_GAP);
    // Cells wider than high look like machines in a rack.
    if (cellWidth < cellHeight * 1.6) continue;
    if (best === null || cellWidth * cellHeight > best.cellWidth * best.cellHeight)
      best = { columns, cellWidth, cellHeight };
  }
  return best ? place(groups, best.columns, { width, ...best }) : wrapped(groups, width);
}

interface CellSize {
  readonly width: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
}

/** Bands of groups of about square shape, as many side by side as the width takes. */
function wrapped(groups: readonly Group<unknown>[], width: number): MapLayout {
  const size = { width, cellWidth: CELL_WIDTH_MIN + 8, cellHeight: CELL_HEIGHT_MIN + 3 };
  const columnsMax = Math.max(1, Math.floor(width / (size.cellWidth + CELL_GAP)));
  const columns = groups.map((group) =>
    Math.min(columnsMax, Math.max(1, Math.ceil(Math.sqrt(group.hosts.length / 2)))),
  );
  return place(groups, columns, size);
}

function place(
  groups: readonly Group<unknown>[],
  columns: readonly number[],
  { width, cellWidth, cellHeight }: CellSize,
): MapLayout {
  const cells: Cell[] = [];
  const headings: Heading[] = [];
  let left = 0;
  let top = 0;
  let bandHeight = 0;
  let host = 0;
  groups.forEach((group, index) => {
    const columnCount = columns[index]!;
    const groupWidth = columnCount * (cellWidth + CELL_GAP) - CELL_GAP;
    if (left > 0 && left + groupWidth > width) {
      left = 0;
      top += bandHeight + GROUP_GAP;
      bandHeight = 0;
    }
    const rows = Math.ceil(group.hosts.length / columnCount);
    headings.push({
      x: left,
      y: top,
      width: groupWidth,
      text: group.name,
      count: group.hosts.length,
    });
    for (let at = 0; at < group.hosts.length; at++) {
      cells.push({
        x: left + Math.floor(at / rows) * (cellWidth + CELL_GAP),
        y: top + HEADING_HEIGHT + (at % rows) * (cellHeight + CELL_GAP),
        host: host++,
      });
    }
    bandHeight = Math.max(bandHeight, HEADING_HEIGHT + rows * (cellHeight + CELL_GAP));
    left += groupWidth + GROUP_GAP;
  });
  return { cellWidth, cellHeight, cells, headings, width, height: top + bandHeight };
}

/** @returns index in `cells`; -1 between them */
export function cellAt(map: MapLayout, x: number, y: number): number {
  return map.cells.findIndex(
    (cell) =>
      x >= cell.x &&
      x < cell.x + map.cellWidth + CELL_GAP &&
      y >= cell.y &&
      y < cell.y + map.cellHeight + CELL_GAP,
  );
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Indices in `cells` of those that the box touches. */
export function cellsIn(map: MapLayout, box: Box): number[] {
  return map.cells.flatMap((cell, index) =>
    cell.x < box.right &&
    cell.x + map.cellWidth > box.left &&
    cell.y < box.bottom &&
    cell.y + map.cellHeight > box.top
      ? [index]
      : [],
  );
}

/** The next cell from `from` in a direction of the arrow keys: the nearest one whose middle lies that way. */
export function neighbour(map: MapLayout, from: number, dx: number, dy: number): number {
  const start = map.cells[from];
  if (!start) return map.cells.length > 0 ? 0 : -1;
  let best = from;
  let bestDistance = Number.POSITIVE_INFINITY;
  map.cells.forEach((cell, index) => {
    const along = (cell.x - start.x) * dx + (cell.y - start.y) * dy;
    const across = Math.abs((cell.x - start.x) * dy) + Math.abs((cell.y - start.y) * dx);
    const distance = along + across * 4;
    if (along > 0 && distance < bestDistance) {
      best = index;
      bestDistance = distance;
    }
  });
  return best;
}
