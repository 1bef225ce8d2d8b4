/** Newest values of all expressions on screen: one request a second for the whole page. */
import type { ViewAnswer, ViewValues } from '../../wire/views.ts';
import { sendJson } from '../data/api.ts';
import { subscribe } from '../data/live.ts';

type Listener = (timeS: number, answers: readonly ViewAnswer[]) => void;

interface Want {
  readonly exprs: readonly string[];
  readonly listener: Listener;
}

const wants = new Set<Want>();
let stopFrames: (() => void) | undefined;
let isAsking = false;

/** `listener` gets the answers in the order of `exprs` once a second, beginning at once, until the result is called. */
export function subscribeAnswers(exprs: readonly string[], listener: Listener): () => void {
  const want = { exprs, listener };
  wants.add(want);
  stopFrames ??= subscribe({}, () => void ask());
  // Panels that come together ask together.
  queueMicrotask(() => void ask());
  return () => {
    wants.delete(want);
    if (wants.size > 0) return;
    stopFrames?.();
    stopFrames = undefined;
  };
}

async function ask(): Promise<void> {
  if (isAsking || wants.size === 0) return;
  isAsking = true;
  const asked = [...wants];
  const exprs = [...new Set(asked.flatMap((want) => want.exprs))];
  try {
    const { timeS, answers } = await sendJson<ViewValues>('POST', '/api/views/values', { exprs });
    const byExpr = new Map(exprs.map((expr, index) => [expr, answers[index]!]));
    for (const want of asked)
      if (wants.has(want))
        want.listener(
          timeS,
          want.exprs.map((expr) => byExpr.get(expr)!),
        );
  } catch {
    // The page says itself that the collector does not answer; the next second asks again.
  } finally {
    isAsking = false;
  }
}
