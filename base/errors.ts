/**
 * Bad input from a person, a file or a peer: reported once at the boundary (HTTP status, one CLI line, a counter), never a crash.
 * `code` is stable and listed in `docs/errors.md`; the text names field, value and limit, and says what to do.
 */
export class InputError extends Error {
  readonly code: string;
  /** Key path or field name, such as `collector.port`. */
  readonly field: string | undefined;
  /** 1-based, where the input has lines. */
  readonly line: number | undefined;

  constructor(
    code: string,
    message: string,
    at: { field?: string; line?: number; cause?: unknown } = {},
  ) {
    super(message, at.cause === undefined ? undefined : { cause: at.cause });
    this.name = 'InputError';
    this.code = code;
    this.field = at.field;
    this.line = at.line;
  }
}

/** The world failed (disk, socket, another process): what we were doing, with the reason as `cause`. */
export class WorldError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause: unknown) {
    super(`${message}: ${reasonOf(cause)}`, { cause });
    this.name = 'WorldError';
    this.code = code;
  }
}

/** The text of anything that was thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
