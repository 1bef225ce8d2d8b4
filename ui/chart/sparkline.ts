/** A line of the last minutes without axes, drawn by hand: two hundred of them cost less than twenty charts. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Adds the line to the current path; the caller strokes. Gaps stay gaps.
 * @param values oldest first, NaN = unknown
 */
export function traceSparkline(
  ctx: CanvasRenderingContext2D,
  values: ArrayLike<number>,
  box: Box,
  { min, max }: { readonly min: number; readonly max: number },
): void {
  const perX = box.width / Math.max(1, values.length - 1);
  const perY = box.height / (max - min || 1);
  let isDown = false;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) {
      isDown = false;
      continue;
    }
    const x = box.x + index * perX;
    const y = box.y + box.height - Math.min(box.height, Math.max(0, (value - min) * perY));
    if (isDown) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
    isDown = true;
  }
}

/** Sets the size of a canvas in CSS pixels, sharp on every screen; drawing is then in CSS pixels too. */
export function sizeCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D {
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const ctx = canvas.getContext('2d')!;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  return ctx;
}
