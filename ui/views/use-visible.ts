import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** A little before it scrolls into view. */
const MARGIN = '120px';

/** Whether an element is on screen: what is not asks for nothing. */
export function useVisible(ref: RefObject<HTMLElement | null>): Signal<boolean> {
  const isVisible = useSignal(false);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        isVisible.value = entries.at(-1)?.isIntersecting ?? false;
      },
      { rootMargin: MARGIN },
    );
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, []);
  return isVisible;
}
