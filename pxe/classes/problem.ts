/** Something wrong with a config space; an `error` makes an installation fail or go another way than the file says. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Stable, listed in docs/errors.md. */
  readonly code: string;
  /** Relative to the config space. */
  readonly path: string;
  /** 1-based; absent when the file as a whole is meant. */
  readonly line?: number;
  readonly message: string;
}

export function formatProblem(problem: Problem): string {
  const where = problem.line === undefined ? problem.path : `${problem.path}:${problem.line}`;
  return `${where}: ${problem.severity}: ${problem.message} (${problem.code})`;
}
