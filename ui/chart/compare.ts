/** The same lines some time earlier, drawn dashed behind those of now: yesterday, or last week. */
import type { Rows } from '../data/history.ts';
import type { FrameReader } from '../lib/live-frame.ts';
import type { ChartSource } from './feed.ts';
import type { Line } from './plot.ts';

/** How far ahead of now the earlier rows are loaded, so that live rows find their counterpart. */
const AHEAD_SECONDS = 1_800;

/** @param columns which lines have a ghost */
export function ghostLines(
  lines: readonly Line[],
  columns: readonly number[],
  when: string,
): Line[] {
  const ghosts = columns.map(
    (column): Line => ({
      name: `${lines[column]!.name} ${when} ago`,
      colour: (theme) => lines[column]!.colour(theme),
      dash: [3, 3],
      width: 1,
      isQuiet: true,
    }),
  );
  return [...lines, ...ghosts];
}

/** Columns of `source` followed by those of `columns` as they were `shiftSeconds` earlier. */
export function withGhosts(
  source: ChartSource,
  columns: readonly number[],
  shiftSeconds: number,
): ChartSource {
  let earlier: Rows = { startS: 0, stepSeconds: 1, columns: [] };
  const ghostAt = (timeS: number, column: number) =>
    valueAt(earlier, timeS - shiftSeconds, columns[column]!);
  const { live } = source;
  return {
    ...source,
    columnCount: source.columnCount + columns.length,
    async load(window) {
      const before = {
        fromS: window.fromS - shiftSeconds,
        toS: window.toS - shiftSeconds + AHEAD_SECONDS,
      };
      const [now, then] = await Promise.all([source.load(window), source.load(before)]);
      earlier = then;
      const rows = Math.max(0, ...now.columns.map((column) => column.length));
      const ghosts = columns.map((_, ghost) =>
        Array.from({ length: rows }, (_, row) =>
          ghostAt(now.startS + row * now.stepSeconds, ghost),
        ),
      );
      return { ...now, columns: [...now.columns, ...ghosts] };
    },
    ...(live
      ? {
          live: {
            want: live.want,
            value: (frame: FrameReader, column: number) =>
              column < source.columnCount
                ? live.value(frame, column)
                : ghostAt(Math.round(frame.timeMs / 1000), column - source.columnCount),
          },
        }
      : {}),
  };
}

/** Value of the row that covers an instant; null outside of the rows. The earlier archive may be coarser than the one of now. */
export function valueAt(rows: Rows, timeS: number, column: number): number | null {
  return rows.columns[column]?.[Math.floor((timeS - rows.startS) / rows.stepSeconds)] ?? null;
}
