import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ViewAnswer } from '../../wire/views.ts';
import { getJson, messageOf } from '../data/api.ts';
import { paused } from '../data/pause.ts';
import type { PromSeries } from '../data/promql.ts';
import { range } from '../data/router.ts';
import { subscribeAnswers } from './live-answers.ts';

interface InstantAnswer {
  readonly data:
    | { readonly resultType: 'scalar'; readonly result: readonly [number, string] }
    | {
        readonly resultType: 'vector';
        readonly result: readonly {
          readonly metric: PromSeries['metric'];
          readonly value: readonly [number, string];
        }[];
      };
}

/** Values of expressions: of now once a second, or of the end of a range that stands still. null = not there yet. */
export function useAnswers(
  exprs: readonly string[],
  isVisible: boolean,
): Signal<readonly ViewAnswer[] | null> {
  const answers = useSignal<readonly ViewAnswer[] | null>(null);
  const shown = range.value;
  useEffect(() => {
    if (!isVisible) return;
    if (shown.kind === 'live')
      return subscribeAnswers(exprs, (_, next) => {
        if (!paused.peek() || answers.peek() === null) answers.value = next;
      });
    let isCurrent = true;
    void Promise.all(exprs.map((expr) => answerAt(expr, shown.toS))).then((next) => {
      if (isCurrent) answers.value = next;
    });
    return () => {
      isCurrent = false;
    };
  }, [JSON.stringify([exprs, shown]), isVisible]);
  return answers;
}

async function answerAt(query: string, time: number): Promise<ViewAnswer> {
  try {
    const { data } = await getJson<InstantAnswer>('/api/v1/query', { query, time });
    const series =
      data.resultType === 'scalar'
        ? [{ labels: {}, value: finite(data.result[1]) }]
        : data.result.map(({ metric, value }) => ({ labels: metric, value: finite(value[1]) }));
    return { error: null, series };
  } catch (error) {
    return { error: messageOf(error), series: [] };
  }
}

function finite(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
