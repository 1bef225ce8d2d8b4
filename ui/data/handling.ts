/** What people do about alerts: the dialog that is open for it, and what is known of how each alert is handled. */
import { signal } from '@preact/signals';
import type { AlertDetail } from '../../wire/http.ts';
import { type Matcher, matchersFor } from '../lib/matchers.ts';
import { loadAlerts } from './alert-actions.ts';
import { alerts } from './live.ts';
import { useLoaded } from './load.ts';
import { loadSilences, type Silence } from './silences.ts';

export type Handling =
  | { readonly kind: 'acknowledge'; readonly alerts: readonly AlertDetail[] }
  | { readonly kind: 'silence'; readonly matchers: readonly Matcher[] };

/** Grows whenever somebody did something: lists of alerts are loaded again. */
const done = signal(0);
const RELOAD_SECONDS = 10;

export const handling = signal<Handling | null>(null);
export const handlingIsOpen = signal(false);

export function openAcknowledge(of: readonly AlertDetail[]): void {
  handling.value = { kind: 'acknowledge', alerts: of };
  handlingIsOpen.value = true;
}

/** @param of what the silence holds back at first; the person may change it */
export function openSilence(of: readonly Matcher[]): void {
  handling.value = { kind: 'silence', matchers: of };
  handlingIsOpen.value = true;
}

export function openSilenceOf(of: readonly AlertDetail[]): void {
  openSilence(matchersFor(of.map(({ labels }) => labels)));
}

export function handlingIsDone(): void {
  done.value += 1;
}

export interface HandledAlerts {
  readonly alerts: readonly AlertDetail[];
  readonly silences: readonly Silence[];
}

/** Alerts with how each is handled: the stream says at once that something changed, the rest is asked for. */
export function useHandledAlerts() {
  const changed = alerts.value.map((alert) => alert.rule + alert.state + alert.activeAtMs).join();
  return useLoaded(
    async (): Promise<HandledAlerts> => {
      const [known, silences] = await Promise.all([loadAlerts(), loadSilences()]);
      return { alerts: known, silences };
    },
    `${changed} ${done.value}`,
    RELOAD_SECONDS,
  );
}
