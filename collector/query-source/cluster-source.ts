import { ROWS } from '../hosts/host-rows.ts';
import type { HostTable, LiveHost, LiveSeries } from '../hosts/host-table.ts';
import type { Labels } from '../query/labels.ts';
import type { Matcher } from '../query/matcher.ts';
import {
  type EvaluationTimes,
  LIVE_ARCHIVE,
  type SampleSeries,
  type SampleSource,
  type SelectHints,
  type SelectPlan,
} from '../query/source.ts';
import type { Column } from '../query/value.ts';
import type { ArchiveInfo, SampleStore } from '../store/sample-store.ts';
import { chooseArchive, rowsOf } from './choose-archive.ts';
import { NewestRows } from './newest-rows.ts';
import { heldSecondsOf, newestRow, type Rows, SampleMaker, staleAfterSeconds } from './rows.ts';
import { type IndexedSeries, SeriesIndex } from './series-index.ts';
import { ValueReader } from './value-reader.ts';

export interface ClusterSourcePorts {
  readonly hosts: HostTable;
  readonly store: Pick<SampleStore, 'archives' | 'read' | 'together'>;
  nowMs(): number;
}

/** What is the same for all hosts of one selector. */
interface Selection {
  readonly archive: ArchiveInfo;
  readonly hints: SelectHints;
  readonly maker: SampleMaker;
}

type TellValue = (labels: Labels, timeMs: number, value: number) => void;

/** How far back values are in memory, less what a query may take and a series may be silent. */
const LIVE_SECONDS = ROWS - 60;

/**
 * All series of all hosts for PromQL: `cpu_user{host="n001",class="WEB",rack="r07"}`, and `up`. Instant queries of the last minutes
 * read the live values, everything else the archives.
 */
export class ClusterSource implements SampleSource {
  readonly #ports: ClusterSourcePorts;
  readonly #index: SeriesIndex;
  readonly #reader: ValueReader;
  /** Of all series that were found together, so that whoever lists them can tell that nothing has changed. */
  readonly #labels = new WeakMap<readonly IndexedSeries[], readonly Labels[]>();

  constructor(ports: ClusterSourcePorts) {
    this.#ports = ports;
    this.#index = new SeriesIndex(ports.hosts);
    this.#reader = new ValueReader({
      store: ports.store,
      nowMs: () => ports.nowMs(),
      newestSecond: () => ports.hosts.second,
      lateValues: () => ports.hosts.ingest.backfilled,
    });
  }

  /** Another one after hosts or series have changed. */
  get generation(): number {
    return this.#index.generation;
  }

  plan(matchers: readonly Matcher[], hints: SelectHints): SelectPlan {
    const found = this.#index.find(matchers);
    const series = found.length;
    if (this.#isLive(hints))
      return { archive: LIVE_ARCHIVE, series, samples: series, stored: 0, rowSeconds: 1 };
    const archive = this.#archiveFor(hints, series);
    const held = this.#heldOf(found, archive, hints);
    return {
      archive: `${archive.name} ${fieldOf(hints)}`,
      series,
      samples: held * pointsOf(hints) + (series - held) * rowsOf(archive, hints),
      stored: series - held,
      rowSeconds: archive.stepSeconds,
    };
  }

  /** Of how many series memory has the values of all evaluation times, as far as the first and the newest second of them tell. */
  #heldOf(found: readonly IndexedSeries[], archive: ArchiveInfo, hints: SelectHints): number {
    const { firstMs, untilMs, holdMs } = hints;
    if (firstMs === undefined || holdMs !== undefined) return 0;
    const fromS = Math.floor(firstMs / 1000);
    if (!this.#reader.reachesBackTo({ archive, field: fieldOf(hints), fromS })) return 0;
    const newestS = Math.min(Math.floor(untilMs / 1000), this.#ports.hosts.second);
    const seconds = fromS < newestS ? [fromS, newestS] : [newestS];
    const isHeld = ({ series }: IndexedSeries) =>
      series && seconds.every((second) => !Number.isNaN(series.at(second)));
    return found.filter(isHeld).length;
  }

  select(matchers: readonly Matcher[], hints: SelectHints): readonly SampleSeries[] {
    const found = this.#index.find(matchers);
    return this.#isLive(hints)
      ? this.#liveSamples(found, hints)
      : this.#storedSamples(found, hints);
  }

  eachColumn(
    matchers: readonly Matcher[],
    hints: SelectHints,
    times: EvaluationTimes,
    use: (column: Column) => void,
  ): boolean {
    const found = this.#index.find(matchers);
    if (this.#isLive(hints)) {
      times.onFound(found.length);
      this.#eachLiveColumn(found, hints, times, use);
      return true;
    }
    if (!found.every(isNumber)) return false;
    times.onFound(found.length);
    const archive = this.#archiveFor(hints, found.length);
    const field = fieldOf(hints);
    const rest = this.#reader.reachesBackTo({ archive, field, fromS: times.firstMs / 1000 })
      ? eachInMemory(found, { ...times, ...hints, newestS: this.#ports.hosts.second }, use)
      : found;
    if (rest.length === 0) return true;
    const newest = new NewestRows(times);
    const query = {
      series: rest.map(({ series }) => series),
      archive,
      field,
      fromS: Math.floor((times.firstMs - backMs(rest, archive, { ...times, ...hints })) / 1000),
      toS: Math.floor(hints.untilMs / 1000) + 1,
      holdMs: hints.holdMs,
    };
    this.#reader.read(query, (rows, index) => {
      const { labels } = rest[index] as IndexedSeries;
      const values = newest.find(rows);
      if (values) use({ labels, dropName: false, ...values });
    });
    return true;
  }

  series(
    matchers: readonly Matcher[],
    { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  ): readonly Labels[] {
    const wasSeen = ({ firstSeenMs, lastSeenMs }: LiveHost) =>
      firstSeenMs <= endMs && lastSeenMs >= startMs;
    const found = this.#index.find(matchers);
    if (this.#ports.hosts.list().every(wasSeen)) return this.#labelsOf(found);
    return found.filter(({ host }) => wasSeen(host)).map(({ labels }) => labels);
  }

  #labelsOf(found: readonly IndexedSeries[]): readonly Labels[] {
    const labels = this.#labels.get(found) ?? found.map((series) => series.labels);
    this.#labels.set(found, labels);
    return labels;
  }

  close(): void {
    this.#index.close();
  }

  #isLive({ stepMs, rangeMs, untilMs, holdMs }: SelectHints): boolean {
    return (
      holdMs === undefined &&
      stepMs === 0 &&
      rangeMs === 0 &&
      untilMs / 1000 > this.#ports.hosts.second - LIVE_SECONDS
    );
  }

  #archiveFor(hints: SelectHints, seriesCount: number): ArchiveInfo {
    return chooseArchive(this.#ports.store.archives, hints, {
      nowMs: this.#ports.nowMs(),
      seriesCount,
    });
  }

  #storedSamples(found: readonly IndexedSeries[], hints: SelectHints): readonly SampleSeries[] {
    const archive = this.#archiveFor(hints, found.length);
    const maker = new SampleMaker();
    return [...byHost(found)].flatMap(([host, series]) =>
      this.#readHost(host, series, { archive, hints, maker }),
    );
  }

  /** All lie in one array, and those of one second share its time: a thousand small arrays cost more than the values. */
  #liveSamples(found: readonly IndexedSeries[], hints: SelectHints): SampleSeries[] {
    const samples: SampleSeries[] = [];
    const values = new Float64Array(found.length);
    let timesMs = new Float64Array(1);
    this.#eachNewest(found, hints, (labels, timeMs, value) => {
      if (timesMs[0] !== timeMs) timesMs = Float64Array.of(timeMs);
      const at = samples.length;
      values[at] = value;
      samples.push({ labels, timesMs, values: values.subarray(at, at + 1) });
    });
    return samples;
  }

  /** All evaluation times are one and the same. */
  #eachLiveColumn(
    found: readonly IndexedSeries[],
    hints: SelectHints,
    { firstMs, count, lookbackMs }: EvaluationTimes,
    use: (column: Column) => void,
  ): void {
    const values = new Float64Array(count);
    const present = new Uint8Array(count).fill(1);
    this.#eachNewest(found, hints, (labels, timeMs, value) => {
      if (timeMs > firstMs - lookbackMs)
        use({ labels, dropName: false, values: values.fill(value), present });
    });
  }

  /** Tells the newest known value of each series that has one: out of memory, and of metrics that may be silent for longer out of archives. */
  #eachNewest(found: readonly IndexedSeries[], hints: SelectHints, tell: TellValue): void {
    const untilS = Math.floor(hints.untilMs / 1000);
    const lastS = Math.min(this.#ports.hosts.second, untilS);
    const older: LiveIndexed[] = [];
    for (const one of found) {
      if (!isNumber(one)) {
        const up = upNow(one.host);
        if (up !== undefined) tell(one.labels, lastS * 1000, up);
        continue;
      }
      const { series, labels } = one;
      const firstS = newestFrom(series, untilS);
      let second = lastS;
      let value = Number.NaN;
      for (; second >= firstS; second -= 1) {
        value = series.at(second);
        if (!Number.isNaN(value)) break;
      }
      if (Number.isNaN(value)) older.push(one);
      else tell(labels, second * 1000, value);
    }
    if (older.length > 0) this.#eachOlder(older, hints, tell);
  }

  /** The newest values of series that memory does not know: some metrics may be silent for longer than it reaches back. */
  #eachOlder(unknown: readonly LiveIndexed[], hints: SelectHints, tell: TellValue): void {
    const untilS = Math.floor(hints.untilMs / 1000);
    const memoryS = this.#ports.hosts.second - ROWS + 1;
    const firstS = ({ series }: LiveIndexed) => newestFrom(series, untilS);
    const older = unknown.filter(
      (one) => firstS(one) < memoryS && firstS(one) * 1000 <= one.host.lastSeenMs,
    );
    if (older.length === 0) return;
    const query = {
      series: older.map(({ series }) => series),
      archive: this.#archiveFor(hints, older.length),
      field: fieldOf(hints),
      fromS: Math.min(...older.map(firstS)),
      // A whole minute: what is decoded is good until the next one begins.
      toS: Math.ceil(memoryS / 60) * 60,
    };
    this.#reader.read(query, ({ values, startS, stepSeconds }, index) => {
      const one = older[index] as LiveIndexed;
      const rowsBack = values.length - Math.floor((firstS(one) - startS) / stepSeconds);
      const row = newestRow(values, values.length - 1, rowsBack);
      if (row < 0) return;
      tell(one.labels, (startS + (row + 1) * stepSeconds - 1) * 1000, values[row] as number);
    });
  }

  #readHost(
    host: LiveHost,
    indexed: readonly IndexedSeries[],
    { archive, hints, maker }: Selection,
  ): readonly SampleSeries[] {
    const witness = host.allSeries().find(({ metric }) => metric.type !== 'string');
    if (witness === undefined) return [];
    const range = {
      archive,
      fromS: Math.floor(hints.afterMs / 1000) + 1 - lookBack(indexed, archive, hints.holdMs),
      toS: Math.floor(hints.untilMs / 1000) + 1,
      holdMs: hints.holdMs,
    };
    const found: SampleSeries[] = [];
    const add = (labels: Labels, rows: Rows, heldSeconds = 0) => {
      const series =
        hints.rangeMs === 0
          ? maker.newestSamples(labels, rows, hints)
          : maker.allSamples(labels, rows, { heldSeconds, newestS: this.#ports.hosts.second });
      if (hasValues(series)) found.push(series);
    };
    const numbers = indexed.filter(isNumber);
    const series = numbers.map((one) => one.series);
    this.#reader.read({ ...range, series, field: fieldOf(hints) }, (rows, index) => {
      const { labels, series: live } = numbers[index] as (typeof numbers)[number];
      add(labels, rows, heldSecondsOf(live.metric, hints.operation));
    });
    const up = indexed.find((one) => one.series === undefined);
    if (up) {
      this.#reader.read({ ...range, series: [witness], field: 'count' }, (rows) =>
        add(up.labels, { ...rows, values: upRows(host, rows) }),
      );
    }
    return found;
  }
}

/**
 * The columns of series that have a value in the very second of each evaluation time, out of memory. Seconds that are not in yet, after
 * `newestS`, have that of the newest second that has come.
 * @returns the others
 */
function eachInMemory(
  found: readonly LiveIndexed[],
  {
    firstMs,
    stepMs,
    count,
    lookbackMs,
    holdMs,
    newestS,
  }: EvaluationTimes & Pick<SelectHints, 'holdMs'> & { readonly newestS: number },
  use: (column: Column) => void,
): readonly LiveIndexed[] {
  if (firstMs % 1000 !== 0 || stepMs % 1000 !== 0) return found;
  const values = new Float64Array(count);
  const present = new Uint8Array(count).fill(1);
  const lookbackS = lookbackMs / 1000;
  return found.filter(({ labels, series }) => {
    const heldS = Math.min(lookbackS, staleAfterSeconds(1, series.metric.tmax, holdMs));
    for (let step = 0; step < count; step += 1) {
      const atS = (firstMs + step * stepMs) / 1000;
      let value = series.at(atS);
      for (let second = atS - 1; Number.isNaN(value) && second >= newestS; second -= 1) {
        if (atS - second < heldS) value = series.at(second);
        else break;
      }
      if (Number.isNaN(value)) return true;
      values[step] = value;
    }
    use({ labels, dropName: false, values, present });
    return false;
  });
}

/** The oldest second whose value may be the newest one at `untilS`: the series has not been silent for longer than it may be. */
function newestFrom({ metric }: LiveSeries, untilS: number): number {
  return untilS + 1 - staleAfterSeconds(1, metric.tmax);
}

/** Evaluation times of an instant selector. */
function pointsOf({ firstMs = 0, untilMs, stepMs }: SelectHints): number {
  return stepMs === 0 ? 1 : Math.floor((untilMs - firstMs) / stepMs) + 1;
}

/** Seconds before the range in which the first evaluation may still find a sample. */
function lookBack(
  indexed: readonly IndexedSeries[],
  { stepSeconds }: ArchiveInfo,
  holdMs: number | undefined,
): number {
  const tmax = indexed.reduce((most, { series }) => Math.max(most, series?.metric.tmax ?? 0), 0);
  return staleAfterSeconds(stepSeconds, tmax, holdMs);
}

/** How far before an evaluation time its value may lie. */
function backMs(
  found: readonly IndexedSeries[],
  archive: ArchiveInfo,
  { lookbackMs, holdMs }: Pick<EvaluationTimes, 'lookbackMs'> & Pick<SelectHints, 'holdMs'>,
): number {
  return Math.min(lookbackMs, lookBack(found, archive, holdMs) * 1000);
}

type LiveIndexed = IndexedSeries & { readonly series: LiveSeries };

function isNumber(one: IndexedSeries): one is LiveIndexed {
  return one.series !== undefined;
}

function hasValues({ timesMs, stale }: SampleSeries): boolean {
  return timesMs.length > 0 && !stale?.every((isEnd) => isEnd === 1);
}

/** Which of a row's values answers: a maximum of maxima is exact, one of averages would hide the peaks. */
function fieldOf({ operation }: SelectHints): 'average' | 'min' | 'max' {
  if (operation === 'max' || operation === 'max_over_time') return 'max';
  return operation === 'min' || operation === 'min_over_time' ? 'min' : 'average';
}

function byHost(found: readonly IndexedSeries[]): Map<LiveHost, IndexedSeries[]> {
  const hosts = new Map<LiveHost, IndexedSeries[]>();
  for (const series of found) {
    const sameHost = hosts.get(series.host);
    if (sameHost) sameHost.push(series);
    else hosts.set(series.host, [series]);
  }
  return hosts;
}

function upNow({ state }: LiveHost): number | undefined {
  switch (state) {
    case 'up':
      return 1;
    case 'down':
      return 0;
    case 'stopped':
      return undefined;
  }
}

/** 1 where a series that every agent always sends is known, 0 where it is not, unknown before the host was first seen. */
function upRows(
  { firstSeenMs }: LiveHost,
  { values: counts, startS, stepSeconds }: Rows,
): Float64Array {
  const firstRow = Math.floor((firstSeenMs / 1000 - startS) / stepSeconds);
  return counts.map((known, row) => (row < firstRow ? Number.NaN : known > 0 ? 1 : 0));
}
