/** The page and its state as a URL, both ways. */

export type Page =
  | { readonly name: 'overview' }
  | { readonly name: 'host'; readonly host: string }
  | { readonly name: 'alerts' }
  | { readonly name: 'machines' }
  | { readonly name: 'machine'; readonly machine: string }
  | { readonly name: 'metrics' }
  | { readonly name: 'metric'; readonly metric: string }
  | { readonly name: 'explore' }
  | { readonly name: 'views' }
  | { readonly name: 'view'; readonly view: string }
  | { readonly name: 'wall' }
  | { readonly name: 'unknown'; readonly path: string };

const PLAIN_PAGES = ['alerts', 'machines', 'explore', 'views', 'wall'] as const;

/** @param path of a URL, still percent-encoded */
export function parsePath(path: string): Page {
  const [first = '', second, ...rest] = path.replace(/^\/|\/$/g, '').split('/');
  if (rest.length > 0) return { name: 'unknown', path };
  if (second === undefined) {
    if (first === '') return { name: 'overview' };
    // Not /metrics: there the collector tells Prometheus of itself.
    if (first === 'metric') return { name: 'metrics' };
    const plain = PLAIN_PAGES.find((name) => name === first);
    return plain ? { name: plain } : { name: 'unknown', path };
  }
  const word = decoded(second);
  if (word === null || word === '') return { name: 'unknown', path };
  if (first === 'host') return { name: 'host', host: word };
  if (first === 'machine') return { name: 'machine', machine: word };
  if (first === 'metric') return { name: 'metric', metric: word };
  if (first === 'view') return { name: 'view', view: word };
  return { name: 'unknown', path };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

export function pathOf(page: Page): string {
  switch (page.name) {
    case 'overview':
      return '/';
    case 'host':
      return `/host/${encodeURIComponent(page.host)}`;
    case 'machine':
      return `/machine/${encodeURIComponent(page.machine)}`;
    case 'metric':
      return `/metric/${encodeURIComponent(page.metric)}`;
    case 'view':
      return `/view/${encodeURIComponent(page.view)}`;
    case 'unknown':
      return page.path;
    case 'metrics':
      return '/metric';
    case 'alerts':
    case 'machines':
    case 'explore':
    case 'views':
    case 'wall':
      return `/${page.name}`;
  }
}

/** Parameters that stay when one goes from page to page: the time on screen and its zone, and whether the page is inside another. */
const TRAVELLING = ['range', 'from', 'to', 'compare', 'tz', 'embed'];

/** URL of `page` with the time range of the page that one comes from. */
export function hrefOf(page: Page, current: URLSearchParams): string {
  const params = new URLSearchParams();
  for (const name of TRAVELLING) {
    const value = current.get(name);
    if (value !== null) params.set(name, value);
  }
  return withQuery(pathOf(page), params);
}

export function withQuery(path: string, params: URLSearchParams): string {
  const query = params.toString();
  return query === '' ? path : `${path}?${query}`;
}

/** A copy with `changes` made; null removes. */
export function changedParams(
  params: URLSearchParams,
  changes: Readonly<Record<string, string | null>>,
): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) next.delete(name);
    else next.set(name, value);
  }
  return next;
}
