import { nowS, problems } from '../data/live.ts';
import { whenText } from '../lib/clock-text.ts';
import { Status } from './status.tsx';

/** What is wrong with the appliance itself, such as a full disk. */
export function Problems() {
  if (problems.value.length === 0) return null;
  return (
    <div role="alert">
      {problems.value.map((problem) => (
        <div class="banner" key={problem.code}>
          <Status shape="warn">{problem.text}</Status>
          <span class="faint">
            since {whenText(problem.sinceMs / 1000, nowS.peek())} · <code>{problem.code}</code>
          </span>
        </div>
      ))}
    </div>
  );
}
