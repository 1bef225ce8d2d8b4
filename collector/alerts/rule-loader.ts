import { globSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../../base/errors.ts';
import type { RuleGroup } from './rule.ts';
import { parseRuleFile } from './rule-file.ts';
import { readTextFile } from './text-file.ts';
import type { FileProblem } from './yaml-reader.ts';

export interface LoadedRules {
  readonly groups: readonly RuleGroup[];
  /** Each with its file, line and column; a file with problems gives no group. */
  readonly problems: readonly string[];
  /** What files that were loaded do not mean, in the same form. */
  readonly warnings: readonly string[];
}

export const BUILT_IN_FILE = join(import.meta.dirname, 'built-in.yml');

/**
 * The built-in rules and those of files.
 * @param patterns paths, with `*` for any name; one without a match is a problem
 */
export function loadRules(patterns: readonly string[], builtIn: boolean): LoadedRules {
  const problems: string[] = [];
  const warnings: string[] = [];
  const groups: RuleGroup[] = [];
  for (const pattern of patterns) {
    const files = globSync(pattern).sort();
    if (files.length === 0) problems.push(`${pattern}: no such rule file`);
    for (const file of files) {
      const loaded = loadFile(file);
      groups.push(...loaded.groups);
      problems.push(...loaded.problems);
      warnings.push(...loaded.warnings);
    }
  }
  if (!builtIn) return { groups, problems, warnings };
  const own = new Set(groups.flatMap(({ rules }) => rules.map(({ name }) => name)));
  const kept = loadFile(BUILT_IN_FILE).groups.map((group) => ({
    ...group,
    rules: group.rules.filter(({ name }) => !own.has(name)),
  }));
  return { groups: [...kept, ...groups], problems, warnings };
}

function loadFile(file: string): LoadedRules {
  let text: string;
  try {
    text = readTextFile(file);
  } catch (error) {
    return { groups: [], problems: [`${file}: ${reasonOf(error)}`], warnings: [] };
  }
  const { groups, problems, warnings } = parseRuleFile(text);
  const placed = ({ line, column, message }: FileProblem) =>
    `${file}:${line}:${column}: ${message}`;
  return {
    groups: problems.length > 0 ? [] : groups.map((group) => ({ ...group, file })),
    problems: problems.map(placed),
    warnings: warnings.map(placed),
  };
}
