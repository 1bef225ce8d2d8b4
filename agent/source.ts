import type { SourceTable } from './series.ts';
import type { FileReader } from './text.ts';

/** Reads one kind of thing from the kernel and writes its values into the series table. */
export interface Source {
  readonly name: string;
  /** Seconds between two readings; the values stay in the table meanwhile. */
  readonly everySeconds: number;
  /** @throws what the kernel or the contents gave; the other sources go on */
  read(): void;
  close(): void;
}

/** What sources are built from: where to read, where to write. */
export interface SourcePorts {
  /** Mount point of procfs. */
  readonly proc: string;
  /** Mount point of sysfs. */
  readonly sys: string;
  /** What this source writes; no other source does. */
  readonly table: SourceTable;
  readonly reader: FileReader;
  /** Milliseconds on a clock that never steps. */
  readonly monotonicMs: () => number;
}
