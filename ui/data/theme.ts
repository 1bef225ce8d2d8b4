/** Dark or light: the system's choice until the person makes one, light on paper; and the colours of the theme for what is drawn on canvas. */
import { computed, signal } from '@preact/signals';
import { RAMP_STEPS } from '../lib/ramp.ts';

export type Theme = 'dark' | 'light';

const KEY = 'clustermon-theme';
const systemLight = matchMedia('(prefers-color-scheme: light)');
const system = signal<Theme>(systemLight.matches ? 'light' : 'dark');
const chosen = signal<Theme | null>(stored());
systemLight.addEventListener('change', () => {
  system.value = systemLight.matches ? 'light' : 'dark';
});

const paper = matchMedia('print');
const isPrinted = signal(paper.matches);
paper.addEventListener('change', () => {
  isPrinted.value = paper.matches;
});

export const theme = computed(() => (isPrinted.value ? 'light' : (chosen.value ?? system.value)));

function stored(): Theme | null {
  const text = localStorage.getItem(KEY);
  return text === 'dark' || text === 'light' ? text : null;
}

/** Sets the attribute by which the style sheet knows; call once per change of `theme`. */
export function applyTheme(): void {
  document.documentElement.dataset['theme'] = theme.value;
}

export function toggleTheme(): void {
  chosen.value = theme.value === 'dark' ? 'light' : 'dark';
  localStorage.setItem(KEY, chosen.value);
}

/** The style sheet's custom properties, read once per theme: canvas cannot use them by name. */
export interface Colours {
  readonly page: string;
  readonly panel: string;
  readonly raised: string;
  readonly border: string;
  readonly grid: string;
  readonly text: string;
  readonly dim: string;
  readonly faint: string;
  readonly focus: string;
  readonly ok: string;
  readonly warn: string;
  readonly crit: string;
  readonly down: string;
  readonly busy: string;
  readonly ramp: readonly string[];
  /** Text on each step of the ramp. */
  readonly rampText: readonly string[];
  readonly series: readonly string[];
}

export const colours = computed((): Colours => {
  document.documentElement.dataset['theme'] = theme.value;
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const list = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => read(`${name}-${index}`));
  return {
    page: read('page'),
    panel: read('panel'),
    raised: read('raised'),
    border: read('border'),
    grid: read('grid'),
    text: read('text'),
    dim: read('dim'),
    faint: read('faint'),
    focus: read('focus'),
    ok: read('ok'),
    warn: read('warn'),
    crit: read('crit'),
    down: read('down'),
    busy: read('busy'),
    ramp: list('ramp', RAMP_STEPS),
    rampText: list('ramp-text', RAMP_STEPS),
    series: list('series', 8),
  };
});
