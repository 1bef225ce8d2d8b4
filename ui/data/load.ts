/** What a page loads once or now and then, with its states. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { isUnreachable, messageOf } from './api.ts';
import { reconnects } from './live.ts';

export type Loaded<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'loaded'; readonly value: T };

/**
 * Loads at once, again when `identity` changes, each `everySeconds` (0 = never by itself) and after a lost connection; the last value
 * stays until a new one is there, and while nobody answers.
 */
export function useLoaded<T>(
  load: () => Promise<T>,
  identity: string,
  everySeconds = 0,
): { readonly state: Loaded<T>; readonly reload: () => void } {
  const state = useSignal<Loaded<T>>({ kind: 'loading' });
  const round = useSignal(0);
  /** Identity of the value that is shown. */
  const shown = useRef<string | null>(null);
  useEffect(() => {
    let isCurrent = true;
    load().then(
      (value) => {
        if (!isCurrent) return;
        shown.current = identity;
        state.value = { kind: 'loaded', value };
      },
      (error: unknown) => {
        if (!isCurrent || (isUnreachable(error) && shown.current === identity)) return;
        state.value = { kind: 'failed', message: messageOf(error) };
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [identity, round.value, reconnects.value]);
  const reload = () => {
    round.value += 1;
  };
  useEffect(() => {
    if (everySeconds === 0) return;
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, everySeconds * 1000);
    return () => clearInterval(timer);
  }, [everySeconds]);
  return { state: state.value, reload };
}
