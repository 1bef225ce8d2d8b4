import type { ViewProblem } from '../../wire/views.ts';
import { Status } from '../parts/status.tsx';

/** What is wrong with a text; a click leads there. */
export function ProblemList({
  problems,
  onProblem,
}: {
  problems: readonly ViewProblem[];
  onProblem: (problem: ViewProblem) => void;
}) {
  return (
    <div role="status" aria-label="Problems" class="view-problems">
      {problems.length === 0 ? (
        <Status shape="ok">no problems</Status>
      ) : (
        <ul>
          {problems.map((problem) => (
            <li key={`${problem.line} ${problem.column} ${problem.message}`}>
              <button type="button" onClick={() => onProblem(problem)}>
                <Status shape="crit">
                  line {problem.line}, column {problem.column}
                </Status>
              </button>
              <span>
                {problem.field === '' ? null : <code>{problem.field}</code>} {problem.message}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
