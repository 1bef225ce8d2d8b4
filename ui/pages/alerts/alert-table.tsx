import { useSignal } from '@preact/signals';
import type { AlertDetail } from '../../../wire/http.ts';
import { acknowledge, unacknowledge } from '../../data/alert-actions.ts';
import { nowS } from '../../data/live.ts';
import { linkTo } from '../../data/router.ts';
import { addSilence } from '../../data/silences.ts';
import { dateTimeText } from '../../lib/clock-text.ts';
import { parseDuration } from '../../lib/time-range.ts';
import { digits, formatDuration } from '../../lib/units.ts';
import { SEVERITY_SHAPES, Status } from '../../parts/status.tsx';

interface AlertTableProps {
  readonly alerts: readonly AlertDetail[];
  /** After something was done. */
  readonly onDone: () => void;
}

export function AlertTable({ alerts, onDone }: AlertTableProps) {
  if (alerts.length === 0) return <p class="panel faint calm">No alert matches. All quiet.</p>;
  return (
    <section class="panel scroll" aria-label="Alerts of now">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Rule</th>
            <th scope="col">Host</th>
            <th scope="col" class="right">
              Value
            </th>
            <th scope="col">Since</th>
            <th scope="col">What is done about it</th>
            <th scope="col">Acknowledge or silence</th>
          </tr>
        </thead>
        <tbody>
          {alerts.map((alert) => (
            <AlertLine key={alert.fingerprint} alert={alert} onDone={onDone} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function AlertLine({ alert, onDone }: { alert: AlertDetail; onDone: () => void }) {
  const { host, alertname: _name, severity: _severity, ...labels } = alert.labels;
  const sinceS = alert.activeAtMs / 1000;
  return (
    <tr class={alert.state}>
      <td>
        <Status shape={alert.state === 'resolved' ? 'ok' : SEVERITY_SHAPES[alert.severity]}>
          {alert.severity} · {alert.state}
        </Status>
      </td>
      <th scope="row">
        {alert.rule}
        <div class="faint summary">{alert.annotations['summary']}</div>
      </th>
      <td>
        {host === undefined ? '–' : <a href={linkTo({ name: 'host', host })}>{host}</a>}
        <div class="faint summary">
          {Object.entries(labels)
            .map(([name, value]) => `${name} ${value}`)
            .join(' · ')}
        </div>
      </td>
      <td class="right">{alert.value === null ? '–' : digits(alert.value)}</td>
      <td title={dateTimeText(sinceS)}>{formatDuration(Math.max(0, nowS.value - sinceS))}</td>
      <td class="wrap">{handlingOf(alert)}</td>
      <td>
        <Actions alert={alert} onDone={onDone} />
      </td>
    </tr>
  );
}

/** Who is told, or why nobody is. */
function handlingOf({
  acknowledged,
  silencedBy,
  inhibitedBy,
  mutedBy,
  receivers,
}: AlertDetail): string {
  if (acknowledged)
    return `acknowledged by ${acknowledged.byWhom || 'somebody'} ${acknowledged.comment}`;
  if (silencedBy.length > 0) return 'silenced';
  if (inhibitedBy.length > 0) return 'held back by another alert';
  if (mutedBy.length > 0) return `held back: ${mutedBy.join(', ')}`;
  return receivers.length > 0 ? `goes to ${receivers.join(', ')}` : 'nobody is told';
}

const DURATIONS = ['1h', '4h', '24h', '7d'] as const;

function Actions({ alert, onDone }: { alert: AlertDetail; onDone: () => void }) {
  const failure = useSignal('');
  const run = async (task: () => Promise<void>) => {
    try {
      await task();
      failure.value = '';
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error);
    }
    onDone();
  };
  const silence = (text: string) =>
    addSilence({
      labels: alert.labels,
      seconds: parseDuration(text) ?? 3_600,
      createdBy: 'page',
      comment: `silenced for ${text} on the page`,
    });
  const isAcknowledged = alert.acknowledged !== null;
  return (
    <span class="buttons">
      <button
        type="button"
        aria-pressed={isAcknowledged}
        aria-label={`Ack ${alert.rule}`}
        onClick={() =>
          void run(() => (isAcknowledged ? unacknowledge : acknowledge)(alert.fingerprint))
        }
      >
        Ack
      </button>
      {DURATIONS.map((text) => (
        <button
          key={text}
          type="button"
          aria-label={`Silence ${alert.rule} for ${text}`}
          onClick={() => void run(() => silence(text))}
        >
          {text}
        </button>
      ))}
      {failure.value === '' ? null : (
        <span class="failure" role="alert">
          {failure}
        </span>
      )}
    </span>
  );
}
