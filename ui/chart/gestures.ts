/** Moving through time on a chart by wheel, by touch, and by dragging with Shift; dragging alone is uPlot's own selection. */
import type { Window } from '../data/history.ts';

export interface GestureTarget {
  readonly over: HTMLElement;
  /** What the chart shows now. */
  window(): Window;
  /** The plain wheel is taken too; otherwise it scrolls the page and only Ctrl or Alt zooms. */
  takesWheel(): boolean;
  /** Shows another window on this chart alone, with the rows that are there. */
  preview(window: Window): void;
  /** The window that the whole page goes to. */
  commit(window: Window): void;
}

/** The wheel rests this long before the page follows. */
const WHEEL_REST_MS = 220;
const WHEEL_STEP = 1.25;
/** A finger that moved less than this tapped. */
const TAP_PX = 6;

/** @returns takes the listeners away */
export function attachGestures(target: GestureTarget): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  const wheel = new WheelGesture(target);
  const drag = new DragGesture(target);
  const { over } = target;
  over.addEventListener('wheel', (event) => wheel.onWheel(event), { passive: false, signal });
  over.addEventListener('pointerdown', (event) => drag.onDown(event), { signal });
  over.addEventListener('pointermove', (event) => drag.onMove(event), { signal });
  for (const type of ['pointerup', 'pointercancel'] as const)
    over.addEventListener(type, (event) => drag.onUp(event), { signal });
  // uPlot would begin a selection.
  over.addEventListener('mousedown', (event) => event.shiftKey && event.stopPropagation(), {
    capture: true,
    signal,
  });
  return () => {
    wheel.close();
    listeners.abort();
  };
}

class WheelGesture {
  readonly #target: GestureTarget;
  #window: Window | undefined;
  #rest: number | undefined;

  constructor(target: GestureTarget) {
    this.#target = target;
  }

  close(): void {
    clearTimeout(this.#rest);
  }

  onWheel(event: WheelEvent): void {
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const isMeant = event.ctrlKey || event.altKey || isSideways || this.#target.takesWheel();
    if (!isMeant) return;
    event.preventDefault();
    const current = this.#window ?? this.#target.window();
    const delta = event.deltaX || event.deltaY;
    const share = event.offsetX / this.#target.over.clientWidth;
    this.#window = isSideways
      ? moved(current, (Math.sign(delta) * (current.toS - current.fromS)) / 10)
      : scaled(current, delta > 0 ? WHEEL_STEP : 1 / WHEEL_STEP, share);
    this.#target.preview(this.#window);
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#target.commit(this.#window!);
      this.#window = undefined;
    }, WHEEL_REST_MS);
  }
}

/** Fingers hold on to the times under them: one moves the window, two stretch it. The mouse does so with Shift. */
class DragGesture {
  readonly #target: GestureTarget;
  /** Where each pointer went down and where it is, in shares of the width. */
  readonly #pointers = new Map<number, { readonly start: number; now: number }>();
  #before: Window | undefined;
  #after: Window | undefined;

  constructor(target: GestureTarget) {
    this.#target = target;
  }

  onDown(event: PointerEvent): void {
    if (event.pointerType === 'mouse' && !(event.shiftKey && event.button === 0)) return;
    // The position of each pointer counts from where all of them are now.
    this.#before = this.#after ?? this.#target.window();
    for (const [id, { now }] of this.#pointers) this.#pointers.set(id, { start: now, now });
    const at = this.#shareOf(event);
    this.#pointers.set(event.pointerId, { start: at, now: at });
    this.#target.over.setPointerCapture(event.pointerId);
  }

  onMove(event: PointerEvent): void {
    const pointer = this.#pointers.get(event.pointerId);
    if (!pointer || !this.#before) return;
    pointer.now = this.#shareOf(event);
    const movedPx = Math.abs(pointer.now - pointer.start) * this.#target.over.clientWidth;
    if (!this.#after && movedPx < TAP_PX) return;
    this.#after = held(this.#before, [...this.#pointers.values()]);
    this.#target.preview(this.#after);
  }

  onUp(event: PointerEvent): void {
    if (!this.#pointers.delete(event.pointerId)) return;
    this.#before = this.#after;
    for (const [id, { now }] of this.#pointers) this.#pointers.set(id, { start: now, now });
    if (this.#pointers.size > 0 || !this.#after) return;
    this.#target.commit(this.#after);
    this.#after = undefined;
  }

  #shareOf(event: PointerEvent): number {
    const { left, width } = this.#target.over.getBoundingClientRect();
    return (event.clientX - left) / width;
  }
}

interface Pointer {
  readonly start: number;
  readonly now: number;
}

/** The window in which each pointer is over the time over which it went down. */
function held(window: Window, pointers: readonly Pointer[]): Window {
  const seconds = window.toS - window.fromS;
  const [first, second] = pointers;
  if (!first) return window;
  if (!second) return moved(window, (first.start - first.now) * seconds);
  const apart = second.now - first.now;
  // Fingers on one spot stretch nothing.
  if (Math.abs(apart) < 0.02) return window;
  const factor = Math.min(20, Math.max(0.05, (second.start - first.start) / apart));
  const fromS = window.fromS + seconds * (first.start - first.now * factor);
  return { fromS, toS: fromS + seconds * factor };
}

function moved({ fromS, toS }: Window, seconds: number): Window {
  return { fromS: fromS + seconds, toS: toS + seconds };
}

/** `factor` times as long, the time at `share` of the width staying where it is. */
function scaled({ fromS, toS }: Window, factor: number, share: number): Window {
  const atS = fromS + share * (toS - fromS);
  return { fromS: atS - (atS - fromS) * factor, toS: atS + (toS - atS) * factor };
}
