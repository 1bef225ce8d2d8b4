/** Completion scripts for shells, written from the commands and options that there are: pressing Tab starts no process. */
import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The words that may follow a command's own. */
interface Place {
  /** `alert add`; empty for the program itself. */
  readonly path: string;
  readonly words: readonly string[];
}

export function completionScript(program: Command, shell: Shell): string {
  const name = program.name();
  const places = placesOf(program, '', optionsOf(program));
  switch (shell) {
    case 'bash':
      return bashScript(name, places);
    case 'zsh':
      return `autoload -U +X compinit bashcompinit && compinit && bashcompinit\n${bashScript(name, places)}`;
    case 'fish':
      return fishScript(name, places);
  }
}

function placesOf(command: Command, path: string, everywhere: readonly string[]): Place[] {
  const below = command.createHelp().visibleCommands(command);
  const words = [...below.map((one) => one.name()), ...optionsOf(command), ...everywhere];
  const inner = below
    .filter((one) => one.name() !== 'help')
    .flatMap((one) =>
      placesOf(one, path === '' ? one.name() : `${path} ${one.name()}`, everywhere),
    );
  return [{ path, words: [...new Set(words)] }, ...inner];
}

function optionsOf(command: Command): string[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long }) => long ?? []);
}

/** File names are offered where no word fits, by `-o default`. */
function bashScript(name: string, places: readonly Place[]): string {
  const paths = places.slice(1).map(({ path }) => `'${path}'`);
  return `_${name}() {
  local path='' next word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in ${paths.join('|')}) path=$next ;; esac
  done
  local words=''
  case "$path" in
${places.map(({ path, words }) => `    '${path}') words='${words.join(' ')}' ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}
`;
}

function fishScript(name: string, places: readonly Place[]): string {
  const paths = places.slice(1).map(({ path }) => `'${path}'`);
  return `function __${name}_words
  set -l path ''
  for word in (commandline -opc)[2..]
    set -l next (string trim "$path $word")
    if contains -- $next ${paths.join(' ')}
      set path $next
    end
  end
  switch "$path"
${places.map(({ path, words }) => `    case '${path}'\n      printf '%s\\n' ${words.join(' ')}`).join('\n')}
  end
end
complete -c ${name} -a '(__${name}_words)'
`;
}
