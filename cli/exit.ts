/** Exit codes of every command (docs/cli.md). */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  lint: 3,
  unreachable: 4,
  notAllowed: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with one line on standard error and an exit code; what was already printed stays. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}
