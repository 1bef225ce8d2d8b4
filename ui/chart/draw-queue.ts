/** Charts that have new rows draw one after another, a few per frame: two dozen at once would hold the page up. */

/** Of script in one frame; what is painted for it costs about as much again. */
const BUDGET_MS = 6;

const waiting = new Set<() => void>();
let isFrameAsked = false;

/** Runs `draw` in one of the next frames; once, however often it is asked for until then. */
export function drawSoon(draw: () => void): void {
  waiting.add(draw);
  askFrame();
}

export function drawNever(draw: () => void): void {
  waiting.delete(draw);
}

function run(): void {
  const startMs = performance.now();
  for (const draw of waiting) {
    waiting.delete(draw);
    draw();
    if (performance.now() - startMs > BUDGET_MS) break;
  }
  isFrameAsked = false;
  if (waiting.size > 0) askFrame();
}

function askFrame(): void {
  if (isFrameAsked) return;
  isFrameAsked = true;
  requestAnimationFrame(run);
}
