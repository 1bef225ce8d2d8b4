import type { WriteStream } from 'node:tty';

const ESCAPE = '\u001b[';
/** Other screen, no cursor, no wrapping of long lines; and back. */
const ENTER = `${ESCAPE}?1049h${ESCAPE}?25l${ESCAPE}?7l`;
const LEAVE = `${ESCAPE}?7h${ESCAPE}?25h${ESCAPE}?1049l`;
/** Between these a terminal that knows them shows nothing half-drawn. */
const BEGIN_UPDATE = `${ESCAPE}?2026h`;
const END_UPDATE = `${ESCAPE}?2026l`;

/** A full-screen terminal, redrawn line by line where a line is different. */
export class Screen {
  readonly #terminal: Pick<WriteStream, 'write' | 'rows'>;
  #lines: readonly string[] = [];

  constructor(terminal: Pick<WriteStream, 'write' | 'rows'>) {
    this.#terminal = terminal;
    terminal.write(ENTER);
  }

  /** Shows these lines, and nothing below them; what does not fit is left out. */
  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, this.#terminal.rows);
    let update = '';
    const count = Math.max(shown.length, this.#lines.length);
    for (let row = 0; row < count; row += 1) {
      const line = shown[row] ?? '';
      if (line !== this.#lines[row]) update += `${ESCAPE}${row + 1};1H${line}${ESCAPE}K`;
    }
    this.#lines = shown;
    if (update !== '') this.#terminal.write(BEGIN_UPDATE + update + END_UPDATE);
  }

  /** After a change of size every line is drawn again. */
  clear(): void {
    this.#lines = [];
    this.#terminal.write(`${ESCAPE}2J`);
  }

  leave(): void {
    this.#terminal.write(LEAVE);
  }
}
