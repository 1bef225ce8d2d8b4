import { effect, type ReadonlySignal, untracked } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/**
 * Draws after each render, and at once when a signal changes. An effect of a component (`useSignalEffect`) would run one frame later, and
 * a frame costs what it has in it once more: layers, commit, the copy of each canvas.
 */
export function useDrawing(draw: () => void, causes: readonly ReadonlySignal<unknown>[]): void {
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(draw);
  useEffect(() => {
    let isFirst = true;
    return effect(() => {
      for (const cause of causes) void cause.value;
      if (!isFirst) untracked(latest.current);
      isFirst = false;
    });
  }, causes);
}
