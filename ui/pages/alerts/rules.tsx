import { useSignal } from '@preact/signals';
import type { RuleInfo } from '../../../wire/http.ts';
import { getJson, sendJson } from '../../data/api.ts';
import { useLoaded } from '../../data/load.ts';
import { formatDuration } from '../../lib/units.ts';
import { NotLoaded } from '../../parts/loading.tsx';
import { SEVERITY_SHAPES, Status } from '../../parts/status.tsx';
import { TableHead } from '../../parts/table-head.tsx';
import { useAction } from '../../parts/use-action.tsx';
import { RuleForm } from './rule-form.tsx';

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
      <TableHead
        columns={['State', 'Name', 'Fires when', 'For', 'Severity', 'From', { hidden: 'Actions' }]}
      />
      <tbody>
        {rules.map((rule) => (
          <tr key={`${rule.name} ${rule.severity}`}>
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
            <td class="faint" title={rule.origin}>
              {rule.origin.replace(/.*\//, '')}
            </td>
            <td>{rule.origin === 'added' && <RemoveButton name={rule.name} reload={reload} />}</td>
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
  const { run, refusal } = useAction();
  const remove = () => {
    isSure.value = false;
    void run(() => sendJson('DELETE', `/api/rules/${encodeURIComponent(name)}`).finally(reload));
  };
  const onClick = () => {
    if (isSure.peek()) remove();
    else isSure.value = true;
  };
  return (
    <>
      <button
        type="button"
        aria-label={isSure.value ? undefined : `Remove the rule ${name}`}
        onClick={onClick}
        onBlur={() => {
          isSure.value = false;
        }}
      >
        {isSure.value ? 'Really remove?' : 'Remove'}
      </button>{' '}
      {refusal}
    </>
  );
}
