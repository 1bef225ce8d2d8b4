/** A window of time that somebody marked on a chart, for a closer look without zooming; in the URL. */
import { computed } from '@preact/signals';
import { params, setParams } from './router.ts';

export interface Marked {
  readonly fromS: number;
  readonly toS: number;
  /** Title of the chart whose values are asked for. */
  readonly chart: string;
}

const SPAN = /^(\d+)-(\d+)$/;

export const marked = computed((): Marked | null => {
  const match = SPAN.exec(params.value.get('mark') ?? '');
  if (!match) return null;
  const [fromS, toS] = [Number(match[1]), Number(match[2])];
  return toS > fromS ? { fromS, toS, chart: params.value.get('chart') ?? '' } : null;
});

/** At least a second long. */
export function mark({ fromS, toS, chart }: Marked): void {
  const from = Math.floor(Math.min(fromS, toS));
  const to = Math.max(from + 1, Math.ceil(Math.max(fromS, toS)));
  setParams({ mark: `${from}-${to}`, chart });
}

export function unmark(): void {
  setParams({ mark: null, chart: null });
}
