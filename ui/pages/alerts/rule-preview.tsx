import { useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { NewRule, RuleBacktestJson } from '../../../wire/http.ts';
import { PromChart } from '../../chart/prom-chart.tsx';
import type { Threshold } from '../../chart/threshold.ts';
import { backtest } from '../../data/alert-actions.ts';
import { messageOf } from '../../data/api.ts';
import { clockReady, nowS } from '../../data/live.ts';
import { parseThreshold, thresholdText } from '../../lib/threshold-expr.ts';
import { durationText } from '../../lib/time-range.ts';
import { formatDuration } from '../../lib/units.ts';

/** How far back a rule is tried, seconds. */
const SPANS = [86_400, 7 * 86_400, 30 * 86_400] as const;
/** A rule is tried once nobody has changed it for this long. */
const REST_MS = 400;
const CHART_HEIGHT = 170;

interface RulePreviewProps {
  readonly rule: NewRule;
  readonly onExpr: (expr: string) => void;
}

/** What is watched, with the bound as a line that can be dragged, and what the rule would have done so far. */
export function RulePreview({ rule, onExpr }: RulePreviewProps) {
  const span = useSignal<number>(SPANS[0]);
  const parsed = parseThreshold(rule.expr);
  const latest = useRef({ parsed, onExpr });
  latest.current = { parsed, onExpr };
  const threshold = useMemo(
    (): Threshold => ({
      value: () => latest.current.parsed?.bound ?? null,
      onChange: (bound) => {
        const { parsed: before, onExpr: tell } = latest.current;
        if (before) tell(thresholdText({ ...before, bound }));
      },
    }),
    [],
  );
  return (
    <div class="rule-preview">
      {parsed ? (
        <PromChart
          key={parsed.watched}
          expr={parsed.watched}
          title={parsed.watched}
          units=""
          height={CHART_HEIGHT}
          threshold={threshold}
        />
      ) : null}
      <div class="field-row">
        <label class="lens-select">
          In the last
          <select
            value={span.value}
            onChange={(event) => {
              span.value = Number(event.currentTarget.value);
            }}
          >
            {SPANS.map((seconds) => (
              <option key={seconds} value={seconds}>
                {durationText(seconds)}
              </option>
            ))}
          </select>
        </label>
        <Outcome rule={rule} seconds={span.value} />
      </div>
    </div>
  );
}

type Tried =
  | { readonly kind: 'trying' }
  | { readonly kind: 'tried'; readonly outcome: RuleBacktestJson }
  | { readonly kind: 'failed'; readonly message: string };

function Outcome({ rule, seconds }: { rule: NewRule; seconds: number }) {
  const tried = useSignal<Tried>({ kind: 'trying' });
  const { expr, forSeconds = 0 } = rule;
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(async () => {
      await clockReady;
      const toMs = nowS.peek() * 1000;
      const next = await backtest(rule, { fromMs: toMs - seconds * 1000, toMs }).then(
        (outcome): Tried =>
          outcome.error === null
            ? { kind: 'tried', outcome }
            : { kind: 'failed', message: outcome.error },
        (error: unknown): Tried => ({
          kind: 'failed',
          message: messageOf(error),
        }),
      );
      if (isCurrent) tried.value = next;
    }, REST_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [expr, forSeconds, seconds]);
  switch (tried.value.kind) {
    case 'trying':
      return <span role="status">…</span>;
    case 'failed':
      return (
        <p class="failure" role="alert">
          {tried.value.message}
        </p>
      );
    case 'tried':
      return <OutcomeText outcome={tried.value.outcome} />;
  }
}

function OutcomeText({ outcome }: { outcome: RuleBacktestJson }) {
  const others = outcome.otherFor.map(
    ({ forSeconds, fires }) => `${formatDuration(forSeconds)}: ${fires}`,
  );
  return (
    <p class="outcome" role="status">
      it would have fired <b>{outcome.fires}</b> times on <b>{outcome.hosts}</b> hosts
      {outcome.fires === 0
        ? '.'
        : `, ${formatDuration(outcome.firingSeconds)} in all, the longest ${formatDuration(outcome.longestSeconds)}; ${outcome.flaps} were over within two minutes.`}
      {others.length === 0 ? '' : ` With another “for”: ${others.join(', ')}.`}
    </p>
  );
}
