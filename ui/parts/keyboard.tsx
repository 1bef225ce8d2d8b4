import { signal } from '@preact/signals';
import { compareHosts, matchersInMind } from '../data/context.ts';
import { openSilence } from '../data/handling.ts';
import { nowS } from '../data/live.ts';
import { stopped } from '../data/pause.ts';
import { go, range, setRange, toggleCompare } from '../data/router.ts';
import { toggleTheme } from '../data/theme.ts';
import type { Page } from '../lib/route.ts';
import { DEFAULT_RANGE, panned, rangeBounds, zoomed } from '../lib/time-range.ts';
import { Modal } from './modal.tsx';
import { paletteIsOpen } from './palette.tsx';

export const helpIsOpen = signal(false);

/** After `g`, the letter of a page. */
const PLACES: Readonly<Record<string, Page>> = {
  o: { name: 'overview' },
  h: { name: 'overview' },
  p: { name: 'machines' },
  a: { name: 'alerts' },
  m: { name: 'metrics' },
  v: { name: 'views' },
  e: { name: 'explore' },
};
/** The second key of a pair comes within this time: not everybody types fast. */
const PAIR_MS = 3_000;
let goAtMs = Number.NEGATIVE_INFINITY;

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['/  Ctrl-K', 'search hosts, metrics, pages and actions'],
  ['g then o p a m v e', 'go to overview, machines, alerts, metrics, views, explore'],
  ['Space', 'hold the charts still, or go on'],
  ['[  ]', 'half a window earlier, later'],
  ['+  −', 'zoom in, out'],
  ['0', 'back to the live default'],
  ['y  w', 'the lines of yesterday, of last week, dashed behind those of now'],
  ['c', 'compare the selected hosts, or the host of this page, with others'],
  ['e', 'export: the actions of the focused chart, or of the first one'],
  ['s', 'silence: the selected hosts, the host of this page, or anything'],
  ['t', 'dark or light'],
  ['← →  Home  End', 'read the values of the focused chart; move on the rack map'],
  ['Enter on a chart', 'begin and end a marked window: its numbers, and what changed in it'],
  ['Esc', 'leave a chart or a dialog; clear the selection'],
  ['?', 'this list'],
];

const ACTIONS: Readonly<Record<string, () => void>> = {
  '/': openPalette,
  '?': () => {
    helpIsOpen.value = true;
  },
  ' ': () => {
    stopped.value = !stopped.value;
  },
  c: compareHosts,
  e: openChartMenu,
  s: () => openSilence(matchersInMind()),
  t: toggleTheme,
  y: () => toggleCompare('24h'),
  w: () => toggleCompare('7d'),
  '0': () => setRange(DEFAULT_RANGE),
  '[': () => setRange(panned(range.value, -0.5, nowS.peek())),
  ']': () => setRange(panned(range.value, 0.5, nowS.peek())),
  '+': () => zoomBy(0.5),
  '-': () => zoomBy(2),
};

export function onGlobalKey(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const place = event.timeStamp - goAtMs < PAIR_MS ? PLACES[event.key] : undefined;
  goAtMs = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
  const action = place ? () => go(place) : ACTIONS[event.key];
  // Space on a button presses it.
  if (!action || (event.key === ' ' && event.target instanceof HTMLButtonElement)) return;
  event.preventDefault();
  action();
}

function openChartMenu(): void {
  const chart =
    document.activeElement?.closest('figure.chart') ?? document.querySelector('figure.chart');
  const button = chart?.querySelector<HTMLButtonElement>('.menu > button');
  button?.focus();
  button?.click();
}

function openPalette(): void {
  paletteIsOpen.value = true;
}

/** About the middle of a fixed window; a live one keeps its end at now. */
function zoomBy(factor: number): void {
  const current = range.value;
  if (current.kind === 'live') {
    setRange({ kind: 'live', seconds: Math.max(60, Math.round(current.seconds * factor)) });
    return;
  }
  const { fromS, toS } = rangeBounds(current, nowS.peek());
  setRange(zoomed(current, factor, (fromS + toS) / 2, nowS.peek()));
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))
  );
}

export function Help() {
  return (
    <Modal isOpen={helpIsOpen} label="Keys">
      <h2>Keys</h2>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </>
        ))}
        <dt>mouse</dt>
        <dd>
          drag on a chart zooms, with Alt it marks, with Shift it moves; double click goes back. The
          wheel zooms at the pointer with Ctrl or Alt, or once the chart was clicked on. Two fingers
          zoom, one moves
        </dd>
      </dl>
    </Modal>
  );
}
