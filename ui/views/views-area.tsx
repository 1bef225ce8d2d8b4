import { useSignal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Page } from '../lib/route.ts';
import { NotLoaded } from '../parts/loading.tsx';

export type ViewsPage = Extract<Page, { readonly name: 'views' | 'view' | 'wall' }>;

type Area = FunctionComponent<{ readonly page: ViewsPage }>;

/** The pages of views; their script is loaded when the first of them is opened. */
export function ViewsArea({ page }: { page: ViewsPage }) {
  const area = useSignal<Area | null>(null);
  const failure = useSignal<string | null>(null);
  const load = () => {
    failure.value = null;
    import('./views-pages.tsx').then(
      ({ ViewsPages }) => {
        area.value = ViewsPages;
      },
      () => {
        failure.value = 'This part of the page could not be loaded.';
      },
    );
  };
  useEffect(load, []);
  const Loaded = area.value;
  if (Loaded) return <Loaded page={page} />;
  const state =
    failure.value === null
      ? ({ kind: 'loading' } as const)
      : ({ kind: 'failed', message: failure.value } as const);
  return <NotLoaded state={state} onRetry={load} />;
}
