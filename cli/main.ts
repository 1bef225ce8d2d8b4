/** The entry point of `clustermon`: runs the command line, and tells of failures by one line and the exit status. */
import { CommanderError } from 'commander';
import { InputError, reasonOf, WorldError } from '../base/errors.ts';
import { CommandError, EXIT } from './exit.ts';
import { note } from './output.ts';
import { buildProgram } from './program.ts';

const program = buildProgram();

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as head(1), is no failure.
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  note(`clustermon: cannot write the output: ${error.message}`);
  process.exit(EXIT.failed);
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  // Commander has already printed its message; help and version are not failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  note(`clustermon: ${reasonOf(error)}`);
  if (error instanceof Error && (program.opts()['debug'] || !isExpected(error))) {
    process.stderr.write(`${error.stack}\n`);
  }
  return error instanceof CommandError ? error.exitCode : EXIT.failed;
}

/** Errors whose message is all there is to say; the operating system's (`EACCES: …, open '/x'`) are among them. */
function isExpected(error: Error): boolean {
  return (
    error instanceof CommandError ||
    error instanceof InputError ||
    error instanceof WorldError ||
    'syscall' in error
  );
}
