import { InputError } from '../../base/errors.ts';
import { parseDurationMs } from './duration.ts';
import type { Labels } from './labels.ts';
import { unquote } from './literal.ts';
import { compileUnanchored, RegexpSyntaxError } from './regexp.ts';
import {
  parseScriptNumber,
  parseSeriesLine,
  parseStartTimes,
  type ScriptValue,
} from './script-series.ts';

/**
 * Prometheus' test scripts for query engines: what to load, what to evaluate, what to expect.
 * Source: Prometheus repository, promql/promqltest/README.md
 */
export type ScriptCommand = ClearCommand | LoadCommand | EvalCommand | UnreadableCommand;

export interface ClearCommand {
  readonly kind: 'clear';
}

/** A command that is not of the language; the others go on. */
export interface UnreadableCommand {
  readonly kind: 'unreadable';
  /** 1-based, of the command's first line. */
  readonly line: number;
  readonly text: string;
  /** What is wrong, with the line. */
  readonly message: string;
}

export interface LoadCommand {
  readonly kind: 'load';
  readonly stepMs: number;
  /** Native histograms with the same buckets are loaded beside classic ones. */
  readonly withNativeHistograms: boolean;
  readonly series: readonly LoadedSeries[];
}

export interface LoadedSeries {
  readonly labels: Labels;
  readonly values: readonly ScriptValue[];
  /** By slot: when the sample's counter began, in ms relative to the sample. */
  readonly startOffsetsMs: readonly (number | undefined)[] | undefined;
}

/** What an annotation or error must say: this text exactly, or something that the pattern matches. */
export type TextExpectation = { readonly text: string } | { readonly pattern: RegExp };

export type ExpectationKind = 'fail' | 'warn' | 'info' | 'no_warn' | 'no_info' | 'ordered';

export interface EvalCommand {
  readonly kind: 'eval';
  /** 1-based. */
  readonly line: number;
  readonly expr: string;
  readonly startMs: number;
  readonly endMs: number;
  /** 0 for an instant query. */
  readonly stepMs: number;
  readonly expectations: ReadonlyMap<ExpectationKind, readonly TextExpectation[]>;
  readonly expected: Expected;
}

export type Expected =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | {
      readonly kind: 'series';
      readonly series: readonly {
        readonly labels: Labels;
        readonly values: readonly ScriptValue[];
      }[];
      /** An instant query that gives a range vector: the times of the slots. */
      readonly rangeVector:
        | { readonly startMs: number; readonly endMs: number; readonly stepMs: number }
        | undefined;
    };

const ANYTHING: TextExpectation = { pattern: /^/ };

export function parseScript(text: string): ScriptCommand[] {
  const lines = text.split('\n').map((line) => line.trim().replace(/^#.*/, ''));
  const commands: ScriptCommand[] = [];
  for (let at = 0; at < lines.length; ) {
    if (lines[at] === '') at++;
    else {
      const { command, next } = readCommand(lines, at);
      commands.push(command);
      at = next;
    }
  }
  return commands;
}

/** A command, and the line after it. */
interface Parsed {
  readonly command: ScriptCommand;
  readonly next: number;
}

function readCommand(lines: readonly string[], at: number): Parsed {
  const end = endOfBlock(lines, at);
  try {
    return parseCommand(lines, at, end);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const text = lines[at] as string;
    const { message } = error;
    return { command: { kind: 'unreadable', line: at + 1, text, message }, next: end };
  }
}

/** @throws InputError `script-syntax` with the line */
function parseCommand(lines: readonly string[], at: number, end: number): Parsed {
  const line = lines[at] as string;
  if (/^clear\b/i.test(line)) return { command: { kind: 'clear' }, next: at + 1 };
  if (/^load/i.test(line)) return { command: parseLoad(lines, at, end), next: end };
  if (/^eval/i.test(line)) return parseEval(lines, at, end);
  throw fault(at, `unknown command ${JSON.stringify(line)}`);
}

/** A command's lines end before the next empty line or comment. */
function endOfBlock(lines: readonly string[], start: number): number {
  let end = start;
  while (end < lines.length && lines[end] !== '') end++;
  return end;
}

function fault(at: number, message: string): InputError {
  return new InputError('script-syntax', `line ${at + 1}: ${message}`, { line: at + 1 });
}

function parseLoad(lines: readonly string[], start: number, end: number): LoadCommand {
  const head = /^load(_with_nhcb)?\s+(\S+)$/i.exec(lines[start] as string);
  if (!head) throw fault(start, 'expected load[_with_nhcb] <step>');
  const series: LoadedSeries[] = [];
  let defaultStarts: (number | undefined)[] | undefined;
  let starts: (number | undefined)[] | undefined;
  for (let at = start + 1; at < end; at++) {
    const line = lines[at] as string;
    const startLine = /^(\S*)@st\s+(.*)$/.exec(line);
    if (startLine) {
      const offsets = parseStartTimes(startLine[2] as string);
      if (!offsets) throw fault(at, `bad start times ${JSON.stringify(startLine[2])}`);
      if (startLine[1] === '') defaultStarts = offsets;
      else starts = offsets;
      continue;
    }
    const parsed = parseSeriesLine(line);
    if (!parsed) throw fault(at, `bad series ${JSON.stringify(line)}`);
    const startOffsetsMs =
      starts ?? (defaultStarts && repeated(defaultStarts, parsed.values.length));
    series.push({ ...parsed, startOffsetsMs });
    starts = undefined;
  }
  return {
    kind: 'load',
    stepMs: duration(head[2] as string, start),
    withNativeHistograms: head[1] !== undefined,
    series,
  };
}

/** The items over and over again until there are `length`. */
function repeated<T>(items: readonly T[], length: number): T[] {
  return Array.from({ length }, (_, index) => items[index % items.length] as T);
}

function duration(text: string, at: number): number {
  const ms = parseDurationMs(text.trim());
  if (ms === undefined) throw fault(at, `bad duration ${JSON.stringify(text)}`);
  return ms;
}

function patternOf(text: string, at: number): RegExp {
  try {
    return compileUnanchored(text);
  } catch (error) {
    if (error instanceof RegexpSyntaxError) throw fault(at, error.message);
    throw error;
  }
}

interface EvalHead {
  readonly modifier: string | undefined;
  readonly expr: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

function parseEvalHead(line: string, at: number): EvalHead {
  const instant = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$/.exec(
    line,
  );
  if (instant) {
    const timeMs = duration(instant[2] ?? '0', at);
    return {
      modifier: instant[1],
      expr: instant[3] as string,
      startMs: timeMs,
      endMs: timeMs,
      stepMs: 0,
    };
  }
  const range =
    /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$/.exec(
      line,
    );
  if (!range)
    throw fault(
      at,
      'expected eval instant [at <time>] <query> or eval range from <start> to <end> step <step> <query>',
    );
  const [, modifier, from, to, step, expr] = range as unknown as [
    string,
    string | undefined,
    string,
    string,
    string,
    string,
  ];
  return {
    modifier,
    expr,
    startMs: duration(from, at),
    endMs: duration(to, at),
    stepMs: duration(step, at),
  };
}

function parseEval(lines: readonly string[], start: number, end: number): Parsed {
  const { modifier, ...head } = parseEvalHead(lines[start] as string, start);
  const expectations = new Map<ExpectationKind, TextExpectation[]>();
  const expect = (kind: ExpectationKind, what: TextExpectation): void => {
    expectations.set(kind, [...(expectations.get(kind) ?? []), what]);
  };
  if (modifier) expect(modifier as ExpectationKind, ANYTHING);
  let expected: Expected = { kind: 'series', series: [], rangeVector: undefined };
  let at = start + 1;
  for (; at < end; at++) {
    const line = lines[at] as string;
    const read = parseExpectation(line, at, expected);
    if (read.expectation) {
      const [kind, what] = read.expectation;
      if (kind === 'fail') expectations.delete('fail'); // replaces what eval_fail stands for
      expect(kind, what);
    }
    if (read.expected) expected = read.expected;
    if (read.expected?.kind === 'scalar') {
      at++;
      break;
    }
  }
  return { command: { kind: 'eval', line: start + 1, ...head, expectations, expected }, next: at };
}

function parseExpectation(
  line: string,
  at: number,
  soFar: Expected,
): { expectation?: readonly [ExpectationKind, TextExpectation]; expected?: Expected } {
  const oldFail = /^expected_fail_(message|regexp)\s+(.*)$/.exec(line);
  if (oldFail) {
    const text = (oldFail[2] as string).trim();
    return {
      expectation: ['fail', oldFail[1] === 'message' ? { text } : { pattern: patternOf(text, at) }],
    };
  }
  const times = /^expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$/.exec(line);
  if (times) {
    const [startMs, endMs, stepMs] = times.slice(1).map((text) => duration(text, at)) as [
      number,
      number,
      number,
    ];
    return { expected: { kind: 'series', series: [], rangeVector: { startMs, endMs, stepMs } } };
  }
  const string = /^expect string(?: (.*))?$/.exec(line);
  if (string) {
    const text = string[1] ?? '';
    return {
      expected: { kind: 'string', value: /^["'`]/.test(text) ? (unquote(text) ?? text) : text },
    };
  }
  const expectation =
    /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/.exec(line);
  if (expectation) {
    const text = (expectation[3] ?? '').trim();
    const what =
      expectation[2] === 'msg'
        ? { text }
        : expectation[2]
          ? { pattern: patternOf(text, at) }
          : ANYTHING;
    return { expectation: [expectation[1] as ExpectationKind, what] };
  }
  const value = parseScriptNumber(line);
  if (value !== undefined) return { expected: { kind: 'scalar', value } };
  const series = parseSeriesLine(line);
  if (!series) throw fault(at, `bad expectation ${JSON.stringify(line)}`);
  const before = soFar.kind === 'series' ? soFar : { series: [], rangeVector: undefined };
  return {
    expected: {
      kind: 'series',
      series: [...before.series, series],
      rangeVector: before.rangeVector,
    },
  };
}
