/** Names of all views, for the list and the palette. */
import { signal } from '@preact/signals';
import type { ViewList, ViewSummary } from '../../wire/views.ts';
import { getJson } from './api.ts';

export const views = signal<readonly ViewSummary[]>([]);

export function loadViews(): void {
  getJson<ViewList>('/api/views').then(
    (list) => {
      views.value = list.views;
    },
    (error: unknown) => console.warn('the list of views was not loaded:', error),
  );
}
