import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { NewRule, Severity } from '../../../wire/http.ts';
import { messageOf, sendJson } from '../../data/api.ts';
import { params, setParams } from '../../data/router.ts';
import { parseDuration } from '../../lib/time-range.ts';
import { RulePreview } from './rule-preview.tsx';

const SEVERITIES: readonly Severity[] = ['info', 'warning', 'critical'];

/** A new rule: what it would have done is shown while it is written, and its bound can be dragged on the chart. */
export function RuleForm({ onAdded }: { onAdded: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const failure = useSignal('');
  const isBusy = useSignal(false);
  const rule = useSignal<NewRule>({ expr: params.peek().get('rule') ?? '' });
  useEffect(() => {
    if (rule.peek().expr !== '') form.current!.scrollIntoView({ block: 'nearest' });
  }, []);
  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    isBusy.value = true;
    failure.value = '';
    try {
      await sendJson('POST', '/api/rules', rule.peek());
      form.current!.reset();
      rule.value = { expr: '' };
      setParams({ rule: null });
      onAdded();
    } catch (error) {
      failure.value = messageOf(error);
    }
    isBusy.value = false;
  };
  return (
    <form
      class="rule-form"
      aria-label="New rule"
      ref={form}
      onInput={() => {
        rule.value = ruleOf(form.current!);
      }}
      onSubmit={(event) => void add(event)}
    >
      <h3>New rule</h3>
      <div class="rule-fields">
        <label class="wide">
          Fires when
          <input
            name="expr"
            required
            spellcheck={false}
            placeholder="load_one > 8"
            value={rule.value.expr}
          />
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
        <label class="wide">
          Summary
          <input
            name="summary"
            placeholder="{{ $labels.host }} has a load of {{ $value }}"
            spellcheck={false}
          />
        </label>
        <label>
          Clears only when
          <input name="resolve" size={22} placeholder="load_one < 6" spellcheck={false} />
        </label>
        <button type="submit" disabled={isBusy.value}>
          Add rule
        </button>
      </div>
      {failure.value === '' ? null : (
        <p class="failure" role="alert">
          {failure}
        </p>
      )}
      {rule.value.expr === '' ? null : (
        <RulePreview
          rule={rule.value}
          onExpr={(expr) => {
            rule.value = { ...rule.peek(), expr };
          }}
        />
      )}
    </form>
  );
}

function ruleOf(form: HTMLFormElement): NewRule {
  const fields = new FormData(form);
  const text = (name: string) => String(fields.get(name) ?? '').trim();
  const [name, summary, resolve] = [text('name'), text('summary'), text('resolve')];
  return {
    ...(name === '' ? {} : { name }),
    ...(summary === '' ? {} : { summary }),
    ...(resolve === '' ? {} : { resolve }),
    expr: text('expr'),
    forSeconds: parseDuration(text('for')) ?? 0,
    severity: SEVERITIES.find((severity) => severity === text('severity')) ?? 'warning',
  };
}
