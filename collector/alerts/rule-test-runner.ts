import { globSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { reasonOf } from '../../base/errors.ts';
import { parseSyntax } from '../query/parse.ts';
import type { RuleQuery } from './evaluate.ts';
import { notEnabledIn } from './experimental.ts';
import { PreparedQueries } from './prepared-queries.ts';
import type { RuleGroup } from './rule.ts';
import { parseRuleFile, type RuleFileOptions } from './rule-file.ts';
import { runRuleTest } from './rule-test.ts';
import { parseRuleTestFile } from './rule-test-file.ts';
import type { FileProblem } from './yaml-reader.ts';

/** One test of a file, or the file as a whole when it cannot be run. */
export interface TestResult {
  readonly file: string;
  readonly name: string;
  /** Empty = passed. */
  readonly failures: readonly string[];
  readonly durationMs: number;
}

export interface TestRunOptions extends RuleFileOptions {
  /** Only tests whose name matches. */
  readonly only?: RegExp;
  /** Told of rule file patterns without a file. */
  readonly warn: (message: string) => void;
}

/** Runs a promtool unit-test file with the rule files that it names. */
export function runRuleTestFile(file: string, options: TestRunOptions): readonly TestResult[] {
  const whole = (failures: readonly string[]) => [{ file, name: '', failures, durationMs: 0 }];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return whole([reasonOf(error)]);
  }
  const parsed = parseRuleTestFile(text, options);
  if (parsed.problems.length > 0) return whole(parsed.problems.map((problem) => at(file, problem)));
  const ruleFiles = parsed.file.ruleFiles.flatMap((pattern) => matching(pattern, file, options));
  const { groups, problems } = loadGroups(ruleFiles, options);
  return parsed.file.tests.flatMap((test, index) => {
    if (options.only && !options.only.test(test.name)) return [];
    const startedMs = performance.now();
    const failures =
      problems.length > 0
        ? problems
        : runRuleTest(test, parsed.file, groups, (source, subqueryStepMs) =>
            refusing(new PreparedQueries(source, { subqueryStepMs }), options.features),
          );
    const name = test.name || `unnamed#${index}`;
    return [{ file, name, failures, durationMs: performance.now() - startedMs }];
  });
}

/** Expressions of tests may use what rules may use. */
function refusing(query: RuleQuery, features: RuleFileOptions['features']): RuleQuery {
  if (!features) return query;
  const enabled = new Set(features);
  const accepted = new Set<string>();
  return {
    instant: (expr, timeMs) => {
      const refusal = accepted.has(expr) ? undefined : notEnabledIn(parseSyntax(expr), enabled);
      if (refusal !== undefined) throw new Error(refusal);
      accepted.add(expr);
      return query.instant(expr, timeMs);
    },
  };
}

function matching(pattern: string, testFile: string, { warn }: TestRunOptions): readonly string[] {
  const path = isAbsolute(pattern) ? pattern : join(dirname(testFile), pattern);
  const files = globSync(path).sort();
  if (files.length === 0) warn(`  WARNING: no file match pattern ${path}`);
  return files;
}

function loadGroups(
  files: readonly string[],
  options: TestRunOptions,
): { readonly groups: readonly RuleGroup[]; readonly problems: readonly string[] } {
  const groups: RuleGroup[] = [];
  const problems: string[] = [];
  for (const file of files) {
    const parsed = parseRuleFile(readFileSync(file, 'utf8'), options);
    groups.push(...parsed.groups);
    problems.push(...parsed.problems.map((problem) => at(file, problem)));
  }
  return { groups, problems };
}

function at(file: string, { line, column, message }: FileProblem): string {
  return line === 0 ? `${file}: ${message}` : `${file}: ${line}:${column}: ${message}`;
}
