import { explainError } from '../lib/query-error.ts';

/** Why a query has no answer, with the part at fault underlined. */
export function QueryFailure({ expr, message }: { expr: string; message: string }) {
  const { text, parts } = explainError(expr, message);
  return (
    <section class="panel query-failure" role="alert">
      <p class="failure">{text}</p>
      {parts ? (
        <pre>
          {parts[0]}
          <mark>{parts[1] || ' '}</mark>
          {parts[2]}
        </pre>
      ) : null}
    </section>
  );
}
