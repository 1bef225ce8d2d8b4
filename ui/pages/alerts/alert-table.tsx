import { useSignal } from '@preact/signals';
import type { AlertInfo } from '../../../wire/http.ts';
import { nowS } from '../../data/live.ts';
import { linkTo } from '../../data/router.ts';
import { addSilence } from '../../data/silences.ts';
import { dateTimeText } from '../../lib/clock-text.ts';
import { parseDuration } from '../../lib/time-range.ts';
import { digits, formatDuration } from '../../lib/units.ts';
import { SEVERITY_SHAPES, Status } from '../../parts/status.tsx';

interface AlertTableProps {
  readonly alerts: readonly AlertInfo[];
  readonly onSilenced: () => void;
}

export function AlertTable({ alerts, onSilenced }: AlertTableProps) {
  if (alerts.length === 0) return <p class="panel faint calm">No alert matches. All quiet.</p>;
  return (
    <section class="panel scroll" aria-label="Alerts of now">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Rule</th>
            <th scope="col">Host</th>
            <th scope="col">Labels</th>
            <th scope="col" class="right">
              Value
            </th>
            <th scope="col">Since</th>
            <th scope="col">Silence</th>
          </tr>
        </thead>
        <tbody>
          {alerts.map((alert) => (
            <AlertLine
              key={alert.rule + JSON.stringify(alert.labels)}
              alert={alert}
              onSilenced={onSilenced}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function AlertLine({ alert, onSilenced }: { alert: AlertInfo; onSilenced: () => void }) {
  const { host, ...labels } = alert.labels;
  const sinceS = alert.activeAtMs / 1000;
  return (
    <tr class={alert.state}>
      <td>
        <Status shape={alert.state === 'resolved' ? 'ok' : SEVERITY_SHAPES[alert.severity]}>
          {alert.severity} · {alert.state}
        </Status>
      </td>
      <th scope="row">{alert.rule}</th>
      <td>{host === undefined ? '–' : <a href={linkTo({ name: 'host', host })}>{host}</a>}</td>
      <td class="faint">
        {Object.entries(labels)
          .filter(([name]) => name !== 'alertname' && name !== 'severity')
          .map(([name, value]) => `${name} ${value}`)
          .join(' · ')}
      </td>
      <td class="right">{alert.value === null ? '–' : digits(alert.value)}</td>
      <td title={dateTimeText(sinceS)}>{formatDuration(Math.max(0, nowS.value - sinceS))}</td>
      <td>
        <SilenceForm alert={alert} onSilenced={onSilenced} />
      </td>
    </tr>
  );
}

const DURATIONS = ['1h', '4h', '24h', '7d'] as const;

/** One click silences just this alert for a while. */
function SilenceForm({ alert, onSilenced }: { alert: AlertInfo; onSilenced: () => void }) {
  const failure = useSignal('');
  const silence = async (text: string) => {
    const labels = { ...alert.labels, alertname: alert.rule };
    try {
      const seconds = parseDuration(text) ?? 3_600;
      await addSilence({
        labels,
        seconds,
        createdBy: 'page',
        comment: `silenced for ${text} on the page`,
      });
      failure.value = '';
      onSilenced();
    } catch (error) {
      failure.value = String(error);
    }
  };
  return (
    <span class="buttons">
      {DURATIONS.map((text) => (
        <button
          key={text}
          type="button"
          aria-label={`Silence ${alert.rule} for ${text}`}
          onClick={() => void silence(text)}
        >
          {text}
        </button>
      ))}
      {failure.value === '' ? null : <span role="alert">{failure}</span>}
    </span>
  );
}
