/** Where the page is: path and parameters of its URL, and how to go elsewhere. */
import { batch, computed, signal } from '@preact/signals';
import { changedParams, hrefOf, type Page, parsePath, pathOf, withQuery } from '../lib/route.ts';
import {
  durationText,
  parseDuration,
  parseRange,
  rangeParams,
  type TimeRange,
} from '../lib/time-range.ts';

const path = signal(location.pathname);
export const params = signal(new URLSearchParams(location.search));
export const page = computed(() => parsePath(path.value));
export const range = computed(() => parseRange(params.value));
/** How much earlier the lines are that charts show for comparison, such as `24h`; null = none. */
export const compare = computed(() => {
  const text = params.value.get('compare');
  const seconds = text === null ? null : parseDuration(text);
  return seconds === null ? null : { text: durationText(seconds), seconds };
});

/** Follows the browser's history and takes over clicks on links to our own pages. */
export function startRouter(): void {
  addEventListener('popstate', read);
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || !isPlainClick(event) || link.hasAttribute('download') || link.target !== '')
      return;
    if (link.origin !== location.origin || link.pathname.startsWith('/api/')) return;
    if (link.pathname === location.pathname && link.hash !== '') return;
    event.preventDefault();
    visit(link.pathname + link.search);
  });
}

function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

function read(): void {
  batch(() => {
    path.value = location.pathname;
    params.value = new URLSearchParams(location.search);
  });
}

export function visit(url: string): void {
  const isOtherPage = new URL(url, location.href).pathname !== location.pathname;
  history.pushState(null, '', url);
  read();
  if (isOtherPage) scrollTo(0, 0);
}

/** Link to a page that keeps the time on screen. */
export function linkTo(to: Page): string {
  return hrefOf(to, params.value);
}

export function go(to: Page): void {
  visit(linkTo(to));
}

/** Shows the lines of `text` ago beside those of now, or stops doing so. */
export function toggleCompare(text: string): void {
  setParams({ compare: compare.value?.text === text ? null : text });
}

/** Changes parameters of this page; `isStep` makes it a step that Back undoes. */
export function setParams(changes: Readonly<Record<string, string | null>>, isStep = false): void {
  const url = withQuery(pathOf(page.value), changedParams(params.value, changes));
  if (isStep) visit(url);
  else {
    history.replaceState(null, '', url);
    read();
  }
}

export function setRange(next: TimeRange): void {
  setParams({ range: null, from: null, to: null, ...rangeParams(next) }, true);
}
