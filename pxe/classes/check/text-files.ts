import { CLASS_NAME } from '../class-list.ts';
import type { Problem } from '../problem.ts';

const DEBCONF_TYPES = new Set(
  'boolean error multiselect note password seen select string text title'.split(' '),
);

/** debconf/CLASS: lines of debconf-set-selections(1), `owner question type value`; a backslash continues a line. */
export function checkDebconf(text: string, path: string): readonly Problem[] {
  return logicalLines(text).flatMap(({ line, content }): readonly Problem[] => {
    if (content.trim() === '' || content.trimStart().startsWith('#')) return [];
    const [, question, type] = content.trim().split(/\s+/);
    if (question === undefined || type === undefined) {
      return [wrong('debconf-syntax', path, line, 'expected "owner question type value"')];
    }
    if (DEBCONF_TYPES.has(type)) return [];
    const message = `"${type}" is no type: one of ${[...DEBCONF_TYPES].join(' ')}`;
    return [wrong('debconf-syntax', path, line, message)];
  });
}

/** class/*.profile: the menu of FAI, stanzas of `Name:`, `Description:`, `Short:`, `Long:`, `Classes:`. */
export function checkMenu(text: string, path: string): readonly Problem[] {
  const problems: Problem[] = [];
  const names = new Set<string>();
  let chosen: { name: string; line: number } | undefined;
  for (const [index, content] of text.split('\n').entries()) {
    const [, key, value = ''] = /^(Default|Name|Classes): (.*)$/.exec(content) ?? [];
    const line = index + 1;
    if (key === 'Default') chosen = { name: value.trim(), line };
    if (key === 'Name') names.add(value.trim());
    if (key !== 'Classes') continue;
    const bad = value.split(/\s+/).filter((word) => word !== '' && !CLASS_NAME.test(word));
    for (const word of bad)
      problems.push(wrong('class-name', path, line, `"${word}" is no class name`));
  }
  if (chosen && !names.has(chosen.name)) {
    const message = `the default "${chosen.name}" is none of the profiles: ${[...names].join(', ')}`;
    problems.push(wrong('menu-default', path, chosen.line, message));
  }
  return problems;
}

/** class/HOST: class names. */
export function checkHostFile(text: string, path: string): readonly Problem[] {
  return text.split('\n').flatMap((content, index) =>
    content
      .replace(/#.*/, '')
      .split(/\s+/)
      .filter((word) => word !== '' && !CLASS_NAME.test(word))
      .map((word) => wrong('class-name', path, index + 1, `"${word}" is no class name`)),
  );
}

/** files/…/file-modes: `owner group mode [CLASS]`. */
export function checkFileModes(text: string, path: string): readonly Problem[] {
  return text.split('\n').flatMap((content, index): readonly Problem[] => {
    const words = content.replace(/#.*/, '').trim().split(/\s+/);
    if (words[0] === '') return [];
    const [, , mode = ''] = words;
    if (words.length >= 3 && words.length <= 4 && /^[0-7]{3,5}$/.test(mode)) return [];
    const message = 'expected "owner group mode [CLASS]", the mode in octal';
    return [wrong('file-modes', path, index + 1, message)];
  });
}

function logicalLines(text: string): readonly { line: number; content: string }[] {
  const lines: { line: number; content: string }[] = [];
  let continued: { line: number; content: string } | undefined;
  for (const [index, content] of text.split('\n').entries()) {
    const now = {
      line: continued?.line ?? index + 1,
      content: (continued?.content ?? '') + content,
    };
    continued = content.endsWith('\\') ? { ...now, content: now.content.slice(0, -1) } : undefined;
    if (!continued) lines.push(now);
  }
  return continued ? [...lines, continued] : lines;
}

function wrong(code: string, path: string, line: number, message: string): Problem {
  return { severity: 'error', code, path, line, message };
}
