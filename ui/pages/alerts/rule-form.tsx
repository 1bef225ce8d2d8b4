import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { NewRule, RuleBacktestJson, Severity } from '../../../wire/http.ts';
import { backtest } from '../../data/alert-actions.ts';
import { sendJson } from '../../data/api.ts';
import { nowS } from '../../data/live.ts';
import { parseDuration } from '../../lib/time-range.ts';
import { formatDuration } from '../../lib/units.ts';

const SEVERITIES: readonly Severity[] = ['info', 'warning', 'critical'];
/** A rule is tried on what happened since this time yesterday. */
const TRIED_MS = 86_400_000;

/** A new rule, which can be tried on the past before it is added. */
export function RuleForm({ onAdded }: { onAdded: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const failure = useSignal('');
  const isBusy = useSignal(false);
  const tried = useSignal<RuleBacktestJson | null>(null);
  const attempt = async (task: () => Promise<void>) => {
    isBusy.value = true;
    failure.value = '';
    try {
      await task();
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error);
    }
    isBusy.value = false;
  };
  const add = async () => {
    await sendJson('POST', '/api/rules', ruleOf(form.current!));
    form.current!.reset();
    tried.value = null;
    onAdded();
  };
  const tryOut = async () => {
    const toMs = nowS.peek() * 1000;
    tried.value = null;
    tried.value = await backtest(ruleOf(form.current!), { fromMs: toMs - TRIED_MS, toMs });
  };
  return (
    <form
      class="rule-form"
      aria-label="New rule"
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(add);
      }}
    >
      <label>
        Fires when
        <input name="expr" required placeholder="load_one > 8" size={40} />
      </label>
      <label>
        for
        <input name="for" size={6} placeholder="1m" pattern="\d+[smhdwy]" />
      </label>
      <label>
        Severity
        <select name="severity">
          {SEVERITIES.map((severity) => (
            <option key={severity} selected={severity === 'warning'}>
              {severity}
            </option>
          ))}
        </select>
      </label>
      <label>
        Name
        <input name="name" size={16} placeholder="made from the rule" />
      </label>
      <button
        type="button"
        disabled={isBusy.value}
        onClick={() => {
          if (form.current!.reportValidity()) void attempt(tryOut);
        }}
      >
        Try on the last 24 h
      </button>
      <button type="submit" disabled={isBusy.value}>
        Add rule
      </button>
      {isBusy.value ? <span role="status">…</span> : null}
      {failure.value === '' ? null : (
        <p class="failure" role="alert">
          {failure}
        </p>
      )}
      {tried.value ? <Outcome tried={tried.value} /> : null}
    </form>
  );
}

function ruleOf(form: HTMLFormElement): NewRule {
  const fields = new FormData(form);
  const text = (name: string) => String(fields.get(name) ?? '').trim();
  const name = text('name');
  return {
    ...(name === '' ? {} : { name }),
    expr: text('expr'),
    forSeconds: parseDuration(text('for')) ?? 0,
    severity: SEVERITIES.find((severity) => severity === text('severity')) ?? 'warning',
  };
}

function Outcome({ tried }: { tried: RuleBacktestJson }) {
  if (tried.error !== null)
    return (
      <p class="failure" role="alert">
        {tried.error}
      </p>
    );
  const others = tried.otherFor.map(
    ({ forSeconds, fires }) => `${formatDuration(forSeconds)}: ${fires}`,
  );
  return (
    <p class="outcome" role="status">
      It would have fired <b>{tried.fires}</b> times on <b>{tried.hosts}</b> hosts,{' '}
      {formatDuration(tried.firingSeconds)} in all, the longest{' '}
      {formatDuration(tried.longestSeconds)}; {tried.flaps} were over within two minutes.
      {others.length === 0 ? '' : ` With another “for”: ${others.join(', ')}.`}
    </p>
  );
}
