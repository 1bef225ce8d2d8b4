import { useSignal } from '@preact/signals';
import type { NewRule, RuleInfo, Severity } from '../../../wire/http.ts';
import { getJson, sendJson } from '../../data/api.ts';
import { useLoaded } from '../../data/load.ts';
import { parseDuration } from '../../lib/time-range.ts';
import { formatDuration } from '../../lib/units.ts';
import { NotLoaded } from '../../parts/loading.tsx';
import { SEVERITY_SHAPES, Status } from '../../parts/status.tsx';

export function Rules() {
  const { state, reload } = useLoaded(() => getJson<readonly RuleInfo[]>('/api/rules'), '', 10);
  return (
    <section class="panel scroll" aria-label="Rules">
      <h2>
        Rules <span class="faint">{state.kind === 'loaded' ? state.value.length : ''}</span>
      </h2>
      {state.kind === 'loaded' ? (
        <RuleTable rules={state.value} reload={reload} />
      ) : (
        <NotLoaded state={state} onRetry={reload} />
      )}
      <RuleForm onAdded={reload} />
    </section>
  );
}

function RuleTable({ rules, reload }: { rules: readonly RuleInfo[]; reload: () => void }) {
  if (rules.length === 0)
    return (
      <p class="faint">
        No rule yet. Add one below, or <code>clustermon alert add 'load_one &gt; 8' --for 1m</code>.
      </p>
    );
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Name</th>
          <th scope="col">Fires when</th>
          <th scope="col">For</th>
          <th scope="col">Severity</th>
          <th scope="col">
            <span class="hidden-text">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rules.map((rule) => (
          <tr key={rule.name}>
            <td>
              <Status shape={shapeOf(rule)}>{rule.error === null ? rule.state : 'error'}</Status>
            </td>
            <th scope="row">{rule.name}</th>
            <td class="wrap">
              <a href={`/explore?${new URLSearchParams({ expr: rule.expr })}`}>
                <code>{rule.expr}</code>
              </a>
              {rule.error === null ? null : <div role="alert">{rule.error}</div>}
            </td>
            <td>{formatDuration(rule.forSeconds)}</td>
            <td>{rule.severity}</td>
            <td>
              <RemoveButton name={rule.name} reload={reload} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function shapeOf(rule: RuleInfo) {
  if (rule.error !== null) return 'warn';
  return rule.state === 'inactive' ? 'ok' : SEVERITY_SHAPES[rule.severity];
}

/** The second click removes. */
function RemoveButton({ name, reload }: { name: string; reload: () => void }) {
  const isSure = useSignal(false);
  const remove = () =>
    void sendJson('DELETE', `/api/rules/${encodeURIComponent(name)}`).then(reload, reload);
  if (!isSure.value)
    return (
      <button
        type="button"
        aria-label={`Remove the rule ${name}`}
        onClick={() => {
          isSure.value = true;
        }}
      >
        Remove
      </button>
    );
  return (
    <button
      type="button"
      onClick={remove}
      onBlur={() => {
        isSure.value = false;
      }}
    >
      Really remove?
    </button>
  );
}

const SEVERITIES: readonly Severity[] = ['info', 'warning', 'critical'];

function RuleForm({ onAdded }: { onAdded: () => void }) {
  const failure = useSignal('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const field = (name: string) => String(new FormData(form).get(name) ?? '').trim();
    const name = field('name');
    const rule: NewRule = {
      ...(name === '' ? {} : { name }),
      expr: field('expr'),
      forSeconds: parseDuration(field('for')) ?? 0,
      severity: SEVERITIES.find((severity) => severity === field('severity')) ?? 'warning',
    };
    try {
      await sendJson('POST', '/api/rules', rule);
      form.reset();
      failure.value = '';
      onAdded();
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <form class="rule-form" aria-label="New rule" onSubmit={(event) => void submit(event)}>
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
        <select name="severity" defaultValue="warning">
          {SEVERITIES.map((severity) => (
            <option key={severity}>{severity}</option>
          ))}
        </select>
      </label>
      <label>
        Name
        <input name="name" size={16} placeholder="made from the rule" />
      </label>
      <button type="submit">Add rule</button>
      {failure.value === '' ? null : (
        <p class="failure" role="alert">
          {failure}
        </p>
      )}
    </form>
  );
}
