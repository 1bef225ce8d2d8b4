/** In whose time zone times are written: the browser's, the appliance's, or UTC. Kept; a link may say it too. */
import { computed, effect, signal } from '@preact/signals';
import type { ApplianceStatus } from '../../wire/http.ts';
import { setTextZone } from '../lib/clock-text.ts';
import { getJson } from './api.ts';
import { params, setParams } from './router.ts';

export const ZONE_CHOICES = ['browser', 'site', 'utc'] as const;
export type ZoneChoice = (typeof ZONE_CHOICES)[number];

const KEY = 'clustermon-zone';
const kept = signal(choiceOf(localStorage.getItem(KEY)) ?? 'browser');
/** Of the appliance, such as `Europe/Berlin`; empty until it is known. */
const siteZone = signal('');

export const zoneChoice = computed(() => choiceOf(params.value.get('tz')) ?? kept.value);

/** undefined = the browser's. */
export const zone = computed(() => {
  if (zoneChoice.value === 'utc') return 'UTC';
  return zoneChoice.value === 'site' ? siteZone.value || undefined : undefined;
});

export const ZONE_NAMES = computed(
  (): Readonly<Record<ZoneChoice, string>> => ({
    browser: `this browser (${Intl.DateTimeFormat().resolvedOptions().timeZone})`,
    site: `the appliance (${siteZone.value || '…'})`,
    utc: 'UTC',
  }),
);

function choiceOf(text: string | null): ZoneChoice | undefined {
  return ZONE_CHOICES.find((choice) => choice === text);
}

export function chooseZone(choice: ZoneChoice): void {
  kept.value = choice;
  localStorage.setItem(KEY, choice);
  if (params.peek().has('tz')) setParams({ tz: null });
}

export function startZone(): void {
  effect(() => setTextZone(zone.value));
  getJson<ApplianceStatus>('/api/status').then(
    ({ timeZone }) => {
      siteZone.value = timeZone;
    },
    (error: unknown) => console.warn('the zone of the appliance is not known:', error),
  );
}
