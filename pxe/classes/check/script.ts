import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { insertLine } from '../line-insert.ts';
import type { Problem } from '../problem.ts';
import { SYNTAX_CHECKS } from './syntax.ts';

const AINSL = /^\s*ainsl((?:\s+-[a-zA-Z]+)*)\s+\S+\s+(["'])([^"'$`]*)\2\s*$/;
const FCOPY = /^\s*fcopy((?:\s+-[a-zA-Z]+)*)((?:\s+\/[\w./-]+)+)\s*$/;

/** How a file is run: on its own, by its first line, or read into a running bash. */
export type ScriptUse = 'executed' | 'sourced';

/**
 * Checks one script without running it: executable, interpreter, syntax, and calls of FAI's helpers that cannot mean what they say.
 * @param path relative to the config space
 */
export function checkScript(space: string, path: string, use: ScriptUse): readonly Problem[] {
  const file = join(space, path);
  const status = statSync(file, { throwIfNoEntry: false });
  if (!status?.isFile()) {
    const message = status ? 'is no file' : 'the link leads nowhere';
    return [{ ...at(path), severity: 'error', code: 'script-link', message }];
  }
  const content = readFileSync(file);
  if (content.includes(0)) return [];
  const text = content.toString();
  const problems: Problem[] = [];
  if (use === 'executed' && (status.mode & 0o111) === 0) {
    const message = 'not executable, so it is never run: chmod +x';
    problems.push({ ...at(path), severity: 'error', code: 'script-mode', message });
  }
  const program = use === 'sourced' ? 'bash' : interpreter(text);
  if (program === undefined) {
    const message = 'the first line names no interpreter (#!)';
    problems.push({ ...at(path, 1), severity: 'error', code: 'script-interpreter', message });
  }
  const found = SYNTAX_CHECKS.get(program ?? '')?.(file, text);
  if (found) {
    const { line, message } = found;
    problems.push({ ...at(path, line), severity: 'error', code: 'script-syntax', message });
  }
  const isShell = program === 'bash' || program === 'sh';
  return isShell ? [...problems, ...helperCalls(space, path, text)] : problems;
}

function interpreter(text: string): string | undefined {
  const [, program = '', argument = ''] = /^#!\s*(\S+)(?:[ \t]+(\S+))?/.exec(text) ?? [];
  const name = program.endsWith('/env') ? argument : (program.split('/').at(-1) ?? '');
  if (name === '') return undefined;
  if (name === 'dash') return 'sh';
  return /^python3\.\d+$/.test(name) ? 'python3' : name;
}

function helperCalls(space: string, path: string, text: string): readonly Problem[] {
  return text.split('\n').flatMap((content, index): readonly Problem[] => {
    const line = index + 1;
    const ainsl = AINSL.exec(content);
    if (ainsl && !addsOnce(ainsl[3] ?? '', ainsl[1] ?? '')) {
      const message =
        'as a pattern, this line does not match itself: it is added at each run (use -Q or a pattern)';
      return [{ ...at(path, line), severity: 'warning', code: 'ainsl-pattern', message }];
    }
    const fcopy = FCOPY.exec(content);
    if (!fcopy || /[ir]/.test(fcopy[1] ?? '')) return [];
    return (fcopy[2] ?? '')
      .trim()
      .split(/\s+/)
      .filter((target) => !statSync(join(space, 'files', target), { throwIfNoEntry: false }))
      .map((target): Problem => {
        const message = `files${target}/ does not exist, so fcopy fails (or use fcopy -i)`;
        return { ...at(path, line), severity: 'warning', code: 'file-missing', message };
      });
  });
}

function addsOnce(line: string, flags: string): boolean {
  const options = {
    create: true,
    anySpace: flags.includes('s'),
    quoteStar: flags.includes('q'),
    quoteAll: flags.includes('Q'),
  };
  try {
    const once = insertLine(undefined, line, undefined, options);
    return insertLine(once, line, undefined, options) === once;
  } catch {
    // Perl reads some patterns that JavaScript does not; those are not judged.
    return true;
  }
}

function at(path: string, line?: number): { path: string; line?: number } {
  return line === undefined ? { path } : { path, line };
}
