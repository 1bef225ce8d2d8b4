import { Argument, type Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion.ts';
import { print } from '../output.ts';

export function register(program: Command): void {
  program
    .command('completion')
    .description('print what makes a shell complete commands and options')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  source <(clustermon completion bash)                                        in this shell; in ~/.bashrc for good
  source <(clustermon completion zsh)
  clustermon completion fish > ~/.config/fish/completions/clustermon.fish`,
    )
    .action((shell: Shell) => print(completionScript(program, shell)));
}
