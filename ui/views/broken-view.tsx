import { useRef } from 'preact/hooks';
import type { ViewFile } from '../../wire/views.ts';
import { YamlField } from './yaml-field.tsx';

/** A file that was broken outside of the page. */
export function BrokenView({ file }: { file: ViewFile }) {
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <section class="panel view-broken">
      <div role="alert">
        <h2>This file cannot be shown</h2>
        <ul>
          {file.problems.map((problem) => (
            <li key={`${problem.line} ${problem.column} ${problem.message}`}>
              line {problem.line}, column {problem.column}: <code>{problem.field}</code>{' '}
              {problem.message}
            </li>
          ))}
        </ul>
      </div>
      <YamlField
        field={field}
        text={file.text}
        problems={file.problems}
        isReadOnly={true}
        onText={() => {}}
        onSave={() => {}}
      />
    </section>
  );
}
