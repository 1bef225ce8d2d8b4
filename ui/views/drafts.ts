/** Texts that are not saved yet: they stay while one goes from page to page. */

export interface Draft {
  readonly text: string;
  /** Text that it began with; empty for a new view. */
  readonly before: string;
  /** Of `before`; null = there is no such view yet. */
  readonly version: string | null;
}

const drafts = new Map<string, Draft>();

export function draftOf(name: string): Draft | undefined {
  return drafts.get(name);
}

export function keepDraft(name: string, draft: Draft): void {
  drafts.set(name, draft);
}

export function dropDraft(name: string): void {
  drafts.delete(name);
}

export function hasDrafts(): boolean {
  return [...drafts.values()].some(({ text, before }) => text !== before);
}

/** What a new view begins with. */
export function template(title: string): string {
  return `title: ${JSON.stringify(title)}
description: ''
range: 15m
rows:
  - title: Load
    panels:
      - title: Load of all hosts
        type: band
        metric: load_one
      - title: Busiest hosts
        type: table
        columns:
          - {name: load, expr: load_one}
          - {name: CPU busy, expr: 100 - cpu_idle, units: '%'}
`;
}
