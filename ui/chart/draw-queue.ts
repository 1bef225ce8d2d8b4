/**
 * Charts draw one after another, as many in one paint as fit into its budget. Those that were loaded or zoomed follow paint by paint; those
 * that a live frame moved on by a second draw before its paint, and what does not fit is the first of the next second: two dozen charts take
 * turns, and a second costs much the same however many there are.
 */
import { effect } from '@preact/signals';
import { frameAtMs } from '../data/live.ts';

/** Of script; what the browser does for it costs more than as much again. */
const BUDGET_MS = 6;

/** In the order in which they were asked for. */
const waiting = new Set<() => void>();
let isPaintAsked = false;

/** Runs `draw` before one of the next paints; once, however often it is asked for until then. */
export function drawSoon(draw: () => void): void {
  waiting.add(draw);
  askPaint();
}

/** Runs `draw` with this live frame, or with one of the next. */
export function drawWithFrame(draw: () => void): void {
  waiting.add(draw);
}

export function drawNever(draw: () => void): void {
  waiting.delete(draw);
}

// Runs when all parts of the page have taken a frame in.
effect(() => {
  if (frameAtMs.value > 0) run();
});

function askPaint(): void {
  if (isPaintAsked) return;
  isPaintAsked = true;
  requestAnimationFrame(() => {
    isPaintAsked = false;
    run();
    if (waiting.size > 0) askPaint();
  });
}

function run(): void {
  const startMs = performance.now();
  for (const draw of waiting) {
    waiting.delete(draw);
    draw();
    if (performance.now() - startMs > BUDGET_MS) break;
  }
}
