import { join } from 'node:path';
import type { Problem } from './problem.ts';
import { runDriver } from './shell.ts';

export interface Variable {
  readonly name: string;
  /** Hidden as `(hidden)` when the name ends in PW, as FAI does in its logs. */
  readonly value: string;
  /** The class whose .var file set it last. */
  readonly class: string;
}

/** Variables that bash itself changes all the time. */
const OF_BASH =
  /^(_|_cm_\w*|BASH\w*|EPOCH\w*|FUNCNAME|LINENO|PIPESTATUS|RANDOM|SECONDS|SRANDOM|OLDPWD|PWD|SHLVL)$/;

/**
 * Sources `class/<CLASS>.var` in class order and says which class set each variable to what it ends as.
 * @param classes lowest priority first
 */
export async function resolveVariables(
  space: string,
  host: string,
  classes: readonly string[],
): Promise<{ readonly variables: readonly Variable[]; readonly problems: readonly Problem[] }> {
  const { fields } = await runDriver('source-variables.bash', [join(space, 'class'), ...classes], {
    lines: '',
    variables: {
      HOSTNAME: host,
      FAI: space,
      FAI_ACTION: 'install',
      target: '/target',
      LOGDIR: '/tmp',
    },
  });
  const variables = new Map<string, Variable>();
  let before = new Map<string, string>();
  let now = new Map<string, string>();
  let current = '';
  const settle = () => {
    for (const [name, value] of current === '' ? [] : now) {
      if (before.get(name) !== value && !OF_BASH.test(name)) {
        const shown = name.endsWith('PW') ? '(hidden)' : value;
        variables.set(name, { name, value: shown, class: current });
      }
    }
    before = now;
    now = new Map();
  };
  for (const field of fields) {
    const begun = /^class (.*)$/s.exec(field);
    if (begun) {
      settle();
      current = begun[1] ?? '';
    } else if (field !== 'end') {
      const at = field.indexOf('=');
      now.set(field.slice(0, at), field.slice(at + 1));
    }
  }
  settle();
  const sorted = [...variables.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { variables: sorted, problems: fields.at(-1) === 'end' ? [] : [leftShell(current)] };
}

function leftShell(after: string): Problem {
  const message = `a .var file after ${after || 'the start'} ended the shell that reads them: do not use exit`;
  return { severity: 'error', code: 'script-exit', path: 'class', message };
}
