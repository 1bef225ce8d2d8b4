import type { AlertDetail } from '../../../wire/http.ts';
import type { HandledAlerts } from '../../data/handling.ts';
import { nowS } from '../../data/live.ts';
import { linkTo } from '../../data/router.ts';
import { dateTimeText } from '../../lib/clock-text.ts';
import { formatDuration, formatValue } from '../../lib/units.ts';
import { AlertButtons, handlingOf } from '../../parts/alert-handling.tsx';
import { SEVERITY_SHAPES, Status } from '../../parts/status.tsx';

interface AlertTableProps extends HandledAlerts {
  /** There are alerts that are not among these. */
  readonly isFiltered?: boolean;
}

/** What is wrong, since when, and what is done about it. */
export function AlertTable({ alerts, silences, isFiltered = false }: AlertTableProps) {
  if (alerts.length === 0)
    return (
      <p class="panel faint calm">
        {isFiltered ? 'No alert matches these words.' : 'All quiet: no alert.'}
      </p>
    );
  return (
    <section class="panel scroll" aria-label="Alerts of now">
      <table class="list alert-table">
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
            <th scope="col">
              <span class="hidden-text">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {alerts.map((alert) => (
            <AlertLine key={alert.fingerprint} alert={alert} silences={silences} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface AlertLineProps {
  readonly alert: AlertDetail;
  readonly silences: HandledAlerts['silences'];
}

function AlertLine({ alert, silences }: AlertLineProps) {
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
      <td class="right">{formatValue(alert.value, '')}</td>
      <td title={dateTimeText(sinceS)}>{formatDuration(Math.max(0, nowS.value - sinceS))}</td>
      <td class="wrap">{alert.state === 'resolved' ? 'over' : handlingOf(alert, silences)}</td>
      <td>{alert.state === 'resolved' ? null : <AlertButtons alerts={[alert]} />}</td>
    </tr>
  );
}
