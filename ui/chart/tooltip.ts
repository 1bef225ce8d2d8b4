/** The box beside the crosshair. Built by hand: it changes with every movement of the pointer. */

export interface TooltipRow {
  readonly colour: string;
  readonly name: string;
  readonly text: string;
  /** Sorts the rows; null = unknown, last. */
  readonly value: number | null;
  readonly isNearest: boolean;
}

/** What happened near the crosshair. */
export interface TooltipNote {
  readonly glyph: string;
  readonly colour: string;
  readonly text: string;
}

const ROWS_MAX = 12;

export class Tooltip {
  readonly #box = document.createElement('div');
  readonly #parent: HTMLElement;

  constructor(parent: HTMLElement) {
    this.#parent = parent;
    this.#box.className = 'tooltip';
    this.#box.role = 'tooltip';
    this.#box.hidden = true;
    parent.append(this.#box);
  }

  hide(): void {
    this.#box.hidden = true;
  }

  /** @param left of the crosshair in the parent, CSS pixels */
  show(
    title: string,
    rows: readonly TooltipRow[],
    notes: readonly TooltipNote[],
    left: number,
  ): void {
    const sorted = rows.toSorted((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity));
    const shown = sorted.slice(0, ROWS_MAX);
    const lines = shown.map(rowElement);
    const more = rows.length - shown.length;
    const tail = more > 0 ? [textElement('div', 'tooltip-more', `and ${more} more`)] : [];
    this.#box.replaceChildren(
      textElement('div', 'tooltip-time', title),
      ...lines,
      ...tail,
      ...notes.map(noteElement),
    );
    this.#box.hidden = false;
    const isRight = left > this.#parent.clientWidth / 2;
    this.#box.style.left = isRight ? 'auto' : `${left + 12}px`;
    this.#box.style.right = isRight ? `${this.#parent.clientWidth - left + 12}px` : 'auto';
  }
}

function rowElement(row: TooltipRow): HTMLElement {
  const line = textElement('div', row.isNearest ? 'tooltip-row nearest' : 'tooltip-row', '');
  const swatch = textElement('i', 'swatch', '');
  swatch.style.background = row.colour;
  line.append(
    swatch,
    textElement('span', 'tooltip-name', row.name),
    textElement('b', '', row.text),
  );
  return line;
}

function noteElement({ glyph, colour, text }: TooltipNote): HTMLElement {
  const line = textElement('div', 'tooltip-note', '');
  const mark = textElement('i', '', glyph);
  mark.style.color = colour;
  line.append(mark, textElement('span', '', text));
  return line;
}

function textElement(tag: string, className: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
