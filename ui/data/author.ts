/** Who acknowledges and silences on this browser: asked once, kept. */
const KEY = 'clustermon-author';

export function author(): string {
  return localStorage.getItem(KEY) ?? '';
}

export function keepAuthor(name: string): void {
  localStorage.setItem(KEY, name);
}
