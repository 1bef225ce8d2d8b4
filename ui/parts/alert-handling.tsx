import type { AlertDetail } from '../../wire/http.ts';
import { unacknowledge } from '../data/alert-actions.ts';
import { handlingIsDone, openAcknowledge, openSilenceOf } from '../data/handling.ts';
import type { Silence } from '../data/silences.ts';
import { dateTimeText } from '../lib/clock-text.ts';
import { useAction } from './use-action.tsx';

/** Acknowledges or silences one alert or several of one rule, where they are shown. */
export function AlertButtons({ alerts }: { alerts: readonly AlertDetail[] }) {
  const name = alerts[0]!.rule;
  const isAcknowledged = alerts.every(({ acknowledged }) => acknowledged !== null);
  const { run, refusal } = useAction();
  const onAck = () => {
    if (!isAcknowledged) return openAcknowledge(alerts);
    const release = () => Promise.all(alerts.map((alert) => unacknowledge(alert.fingerprint)));
    void run(() => release().finally(handlingIsDone));
  };
  return (
    <span class="buttons">
      <button
        type="button"
        aria-pressed={isAcknowledged}
        aria-label={`Ack ${name}`}
        onClick={onAck}
      >
        Ack
      </button>
      <button type="button" aria-label={`Silence ${name}`} onClick={() => openSilenceOf(alerts)}>
        Silence
      </button>
      {refusal}
    </span>
  );
}

/** Who is told, or who keeps it quiet until when. */
export function handlingOf(alert: AlertDetail, silences: readonly Silence[]): string {
  const { acknowledged, silencedBy, inhibitedBy, mutedBy, receivers } = alert;
  if (acknowledged) {
    const { byWhom, comment, untilMs } = acknowledged;
    return `acknowledged by ${withEnd(byWhom || 'somebody', untilMs)}${said(comment)}`;
  }
  if (silencedBy.length > 0) {
    const silence = silences.find(({ id }) => id === silencedBy[0]);
    if (!silence) return 'silenced';
    const { createdBy, comment, endsAt } = silence;
    return `silenced by ${withEnd(createdBy, Date.parse(endsAt))}${said(comment)}`;
  }
  if (inhibitedBy.length > 0) return 'held back by another alert';
  if (mutedBy.length > 0) return `held back: ${mutedBy.join(', ')}`;
  return receivers.length > 0 ? `goes to ${receivers.join(', ')}` : 'nobody is told';
}

function withEnd(who: string, endMs: number): string {
  return `${who} until ${dateTimeText(endMs / 1000).slice(5, 16)}`;
}

function said(comment: string): string {
  return comment === '' ? '' : `: ${comment}`;
}
