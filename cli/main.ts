import { Command, CommanderError } from 'commander';
import { InputError, reasonOf, WorldError } from '../base/errors.ts';
import { register as registerProfile } from './commands/profile.ts';
import { CommandError, EXIT } from './exit.ts';

const program = new Command('clustermon')
  .description('Cluster monitoring and provisioning in one appliance.')
  .configureHelp({ showGlobalOptions: true })
  .option('--debug', 'print the stack of an error')
  .option('--server <url>', 'the appliance to talk to (CLUSTERMON_SERVER)')
  .option('--data <dir>', 'data folder of the appliance on this machine (CLUSTERMON_DATA)')
  .exitOverride();

registerProfile(program);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  // Commander has already printed its message; help and version are not failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  process.stderr.write(`clustermon: ${reasonOf(error)}\n`);
  if (program.opts()['debug'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (error instanceof CommandError) return error.exitCode;
  if (!(error instanceof InputError) && !(error instanceof WorldError) && error instanceof Error) {
    process.stderr.write(`${error.stack}\n`);
  }
  return EXIT.failed;
}
