import { formatValue } from '../lib/units.ts';
import type { Plot } from './plot.ts';

/** A value of the axis that the person sets by dragging a line, or with the arrow keys. */
export interface Threshold {
  /** null = no line. */
  value(): number | null;
  /** @param isDone false while the line is still being dragged */
  onChange(value: number, isDone: boolean): void;
}

/** Steps of the arrow keys over the height of the plot. */
const KEY_STEPS = 50;

/** The line over a chart, as a slider. Built by hand: it follows every movement of the pointer. */
export class ThresholdHandle {
  readonly #line = document.createElement('div');
  readonly #label = document.createElement('span');
  readonly #threshold: Threshold;
  readonly #units: string;
  #plot: Plot | undefined;

  constructor(body: HTMLElement, threshold: Threshold, units: string) {
    this.#threshold = threshold;
    this.#units = units;
    this.#line.className = 'threshold';
    this.#line.role = 'slider';
    this.#line.tabIndex = 0;
    this.#line.ariaLabel = 'Threshold';
    this.#line.ariaOrientation = 'vertical';
    this.#line.append(this.#label);
    this.#line.addEventListener('pointerdown', (event) => {
      this.#line.setPointerCapture(event.pointerId);
      event.preventDefault();
      this.#line.focus();
    });
    this.#line.addEventListener('pointermove', (event) => {
      if (this.#line.hasPointerCapture(event.pointerId)) this.#moveTo(event.clientY, false);
    });
    this.#line.addEventListener('pointerup', (event) => this.#moveTo(event.clientY, true));
    this.#line.addEventListener('keydown', (event) => this.#onKey(event));
    body.append(this.#line);
  }

  close(): void {
    this.#line.remove();
  }

  /** Puts the line where its value is now. */
  place(plot: Plot): void {
    this.#plot = plot;
    const value = this.#threshold.value();
    this.#line.hidden = value === null;
    if (value === null) return;
    const { over } = plot;
    this.#line.style.top = `${over.offsetTop + plot.topOf(value)}px`;
    this.#line.style.left = `${over.offsetLeft}px`;
    this.#line.style.width = `${over.clientWidth}px`;
    const text = formatValue(value, this.#units);
    this.#label.textContent = text;
    this.#line.ariaValueNow = String(value);
    this.#line.ariaValueText = text;
    this.#line.ariaValueMin = String(rounded(plot.valueAt(over.clientHeight)));
    this.#line.ariaValueMax = String(rounded(plot.valueAt(0)));
  }

  #moveTo(clientY: number, isDone: boolean): void {
    if (!this.#plot) return;
    const { top, height } = this.#plot.over.getBoundingClientRect();
    const inside = Math.max(0, Math.min(height, clientY - top));
    this.#set(this.#plot.valueAt(inside), isDone);
  }

  #onKey(event: KeyboardEvent): void {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const value = this.#threshold.value();
    if (direction === undefined || value === null || !this.#plot) return;
    event.preventDefault();
    event.stopPropagation();
    const span = this.#plot.valueAt(0) - this.#plot.valueAt(this.#plot.over.clientHeight);
    this.#set(value + (direction * span) / KEY_STEPS, true);
  }

  #set(value: number, isDone: boolean): void {
    this.#threshold.onChange(rounded(value), isDone);
    if (this.#plot) this.place(this.#plot);
  }
}

/** Three digits: nobody means 8.274193. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
