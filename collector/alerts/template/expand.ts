import type { Command, Operand, ParsedTemplate, Pipeline, TemplateNode } from './ast.ts';
import { formatValue, quote } from './format.ts';
import {
  type CallPlace,
  callFunction,
  type FunctionTable,
  RULE_FUNCTIONS,
  TemplateCallError,
  type TemplateContext,
} from './functions.ts';
import { parseTemplate } from './parse.ts';
import {
  GoHtml,
  GoStruct,
  type GoValue,
  isList,
  isMap,
  isTrue,
  methodOf,
  typeName,
} from './value.ts';

/** Variables that every rule's template may use without declaring them. */
const VARIABLES = ['$labels', '$externalLabels', '$externalURL', '$value'] as const;

const RULE_NAMES: ReadonlySet<string> = new Set(Object.keys(RULE_FUNCTIONS));

/**
 * Prometheus puts the declarations of these variables before the text, `{{$labels := .Labels}}` and so on; they count in the columns
 * of its error texts: 22 + 38 + 32 + 20 characters.
 */
const PREAMBLE_LENGTH = 112;

/** What a rule's template works on, as errors name it. */
const DATA_TYPE =
  'struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value float64 }';

/** Calls of one template beyond this many are taken for a template that calls itself. */
const CALL_DEPTH_MAX = 1000;

/** What a query counts for: it takes about as long as so many nodes. */
const QUERY_WORK = 500;

/** What a rule's template is expanded with. */
export interface TemplateData {
  readonly labels: Readonly<Record<string, string>>;
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly externalUrl: string;
  readonly value: number;
}

/** A template of a label or annotation, parsed once and expanded at each evaluation. */
export class Template {
  /** True when there is nothing to expand. */
  readonly isPlain: boolean;
  readonly text: string;
  readonly #parsed: ParsedTemplate | undefined;

  /** @throws TemplateSyntaxError in the words of Go's text/template */
  constructor(text: string) {
    this.text = text;
    this.isPlain = !text.includes('{{');
    this.#parsed = this.isPlain ? undefined : parseTemplate(text, RULE_NAMES, VARIABLES);
  }

  /** @throws TemplateCallError */
  expand(data: TemplateData, context: TemplateContext): string {
    if (!this.#parsed) return this.text;
    const labels = new Map(Object.entries(data.labels));
    const externalLabels = new Map(Object.entries(data.externalLabels));
    const dot = new GoStruct(DATA_TYPE, {
      Labels: labels,
      ExternalLabels: externalLabels,
      ExternalURL: data.externalUrl,
      Value: data.value,
    });
    const run = new Expansion(this.#parsed, { functions: RULE_FUNCTIONS, context });
    const values: Readonly<Record<(typeof VARIABLES)[number] | '$', GoValue>> = {
      $: dot,
      $labels: labels,
      $externalLabels: externalLabels,
      $externalURL: data.externalUrl,
      $value: data.value,
    };
    for (const [name, value] of Object.entries(values)) run.declare(name, value);
    return run.expand(dot);
  }

  /** Never fails: what goes wrong is said in the text, so that a bad template cannot lose an alert. */
  expandOrExplain(data: TemplateData, context: TemplateContext, name: string): string {
    try {
      return this.expand(data, context);
    } catch (error) {
      const where = error instanceof TemplateCallError ? this.#describe(error, name) : '';
      return `<error expanding template: error executing template ${name}: template: ${name}:${where}${(error as Error).message}>`;
    }
  }

  /** `1:115: executing "name" at <first (query "x")>: `, as Go tells where a call failed. */
  #describe(error: TemplateCallError, name: string): string {
    const { from = 0, to = 0 } = error.at ?? {};
    const before = this.text.slice(0, from).split('\n');
    const line = before.length;
    const column = Buffer.byteLength(before.at(-1) ?? '') + (line === 1 ? PREAMBLE_LENGTH : 0);
    const source = this.text.slice(error.at?.start ?? from, to);
    return `${line}:${column}: executing ${quote(name)} at <${source}>: `;
  }
}

interface Variable {
  readonly name: string;
  value: GoValue;
}

type Flow = 'next' | 'break' | 'continue';

export interface ExpansionOptions {
  readonly functions: FunctionTable;
  readonly context: TemplateContext;
  /** Applied to what actions print, unless it is marked as safe; undefined = plain text. */
  readonly escape?: ((text: string) => string) | undefined;
}

/** One expansion of a parsed template; the same one cannot expand twice. */
export class Expansion {
  readonly #template: ParsedTemplate;
  readonly #options: ExpansionOptions;
  #variables: Variable[] = [];
  #output = '';
  #depth = 0;

  constructor(template: ParsedTemplate, options: ExpansionOptions) {
    this.#template = template;
    this.#options = options;
  }

  declare(name: string, value: GoValue): void {
    this.#variables.push({ name, value });
  }

  expand(dot: GoValue): string {
    this.#nodes(this.#template.nodes, dot);
    return this.#output;
  }

  #nodes(nodes: readonly TemplateNode[], dot: GoValue): Flow {
    for (const node of nodes) {
      const flow = this.#node(node, dot);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  #node(node: TemplateNode, dot: GoValue): Flow {
    this.#options.context.work.spend(1);
    switch (node.kind) {
      case 'text':
        this.#print(node.text);
        return 'next';
      case 'action': {
        const value = this.#pipeline(node.pipeline, dot);
        if (node.pipeline.targets.length === 0) this.#print(this.#printed(value));
        return 'next';
      }
      case 'template':
        this.#call(node.name, node.pipeline ? this.#pipeline(node.pipeline, dot) : null);
        return 'next';
      case 'break':
      case 'continue':
        return node.kind;
      default:
        return this.#scoped(() => this.#branch(node, dot));
    }
  }

  #print(text: string): void {
    this.#options.context.work.spendText(text);
    this.#output += text;
  }

  #printed(value: GoValue): string {
    const { escape: escapeText } = this.#options;
    return escapeText && !(value instanceof GoHtml) ? escapeText(printed(value)) : printed(value);
  }

  #branch(node: Extract<TemplateNode, { kind: 'if' | 'with' | 'range' }>, dot: GoValue): Flow {
    if (node.kind === 'range') return this.#range(node, dot);
    const value = this.#pipeline(node.pipeline, dot);
    if (!isTrue(value)) return this.#nodes(node.otherwise, dot);
    return this.#nodes(node.body, node.kind === 'with' ? value : dot);
  }

  #range(node: Extract<TemplateNode, { kind: 'if' | 'with' | 'range' }>, dot: GoValue): Flow {
    const { targets, commands, declares } = node.pipeline;
    const value = this.#pipeline({ targets: [], declares: false, commands }, dot);
    if (typeof value === 'bigint') this.#options.context.work.spend(Math.max(0, Number(value)));
    const items = itemsOf(value);
    if (items.length === 0) return this.#nodes(node.otherwise, dot);
    const [first, second] = targets;
    for (const [key, item] of items) {
      const flow = this.#scoped(() => {
        if (first !== undefined) this.#set(first, second === undefined ? item : key, declares);
        if (second !== undefined) this.#set(second, item, declares);
        return this.#nodes(node.body, item);
      });
      if (flow === 'break') break;
    }
    return 'next';
  }

  #call(name: string, dot: GoValue): void {
    const body = this.#template.defined.get(name);
    if (!body) throw new TemplateCallError(`template "${name}" not defined`);
    if (++this.#depth > CALL_DEPTH_MAX)
      throw new TemplateCallError('exceeded maximum template depth');
    const outer = this.#variables;
    this.#variables = [{ name: '$', value: dot }];
    this.#nodes(body, dot);
    this.#variables = outer;
    this.#depth--;
  }

  #pipeline(pipeline: Pipeline, dot: GoValue): GoValue {
    let value: GoValue | undefined;
    for (const command of pipeline.commands) value = this.#command(command, dot, value);
    for (const name of pipeline.targets) this.#set(name, value as GoValue, pipeline.declares);
    return value as GoValue;
  }

  #command(command: Command, dot: GoValue, piped: GoValue | undefined): GoValue {
    try {
      return this.#evaluate(command, dot, piped);
    } catch (error) {
      if (error instanceof TemplateCallError) error.at ??= placeOf(command);
      throw error;
    }
  }

  #evaluate(command: Command, dot: GoValue, piped: GoValue | undefined): GoValue {
    const [first, ...rest] = command.operands as [Operand, ...Operand[]];
    if (first.kind !== 'function') {
      const given = rest.map((operand) => this.#operand(operand, dot));
      if (piped !== undefined) given.push(piped);
      return this.#operand(first, dot, given);
    }
    if (first.name === 'and' || first.name === 'or')
      return this.#shortCircuit(first.name, rest, dot, piped);
    const args = rest.map((operand) => this.#operand(operand, dot));
    if (piped !== undefined) args.push(piped);
    return this.#function(first.name, args);
  }

  /** `and` and `or` do not evaluate what no longer matters. */
  #shortCircuit(
    name: 'and' | 'or',
    operands: readonly Operand[],
    dot: GoValue,
    piped: GoValue | undefined,
  ): GoValue {
    let value: GoValue = piped ?? null;
    for (const operand of operands) {
      value = this.#operand(operand, dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return piped ?? value;
  }

  #function(name: string, args: readonly GoValue[]): GoValue {
    const { functions, context } = this.#options;
    context.work.spend(name === 'query' ? QUERY_WORK : 1);
    const result = callFunction(functions, name, args, context);
    if (typeof result === 'string') context.work.spendText(result);
    return result;
  }

  /** @param given arguments; only a method takes any */
  #operand(operand: Operand, dot: GoValue, given: readonly GoValue[] = []): GoValue {
    const hasPath = 'path' in operand && operand.path.length > 0;
    if (given.length > 0 && !hasPath) throw notCallable(nameOf(operand));
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'dot':
        return dot;
      case 'field':
        return follow(dot, operand.path, given);
      case 'variable':
        return follow(this.#variable(operand.name).value, operand.path, given);
      case 'function':
        return this.#function(operand.name, []);
      case 'group':
        return follow(this.#pipeline(operand.pipeline, dot), operand.path, given);
    }
  }

  #variable(name: string): Variable {
    const found = this.#variables.findLast((variable) => variable.name === name);
    if (!found) throw new TemplateCallError(`undefined variable: ${name}`);
    return found;
  }

  #set(name: string, value: GoValue, declares: boolean): void {
    if (declares) this.declare(name, value);
    else this.#variable(name).value = value;
  }

  #scoped<T>(run: () => T): T {
    const depth = this.#variables.length;
    try {
      return run();
    } finally {
      this.#variables.length = depth;
    }
  }
}

/** Go points at a call's first word, and at the second word of a path. */
function placeOf({ operands, from, to }: Command): CallPlace {
  const [first] = operands;
  return { start: from, from: from + (operands.length === 1 ? firstWordLength(first) : 0), to };
}

/** Characters before the second word of `$labels.job` or `.Labels.job`; 0 where there is none. */
function firstWordLength(operand: Operand | undefined): number {
  if (operand?.kind === 'variable') return operand.name.length;
  const [name = '', second] = operand?.kind === 'field' ? operand.path : [];
  return second === undefined ? 0 : name.length + 1;
}

/** `missingkey=zero`: a label that is not there is the empty text. The last name's method takes the arguments. */
function follow(value: GoValue, path: readonly string[], given: readonly GoValue[]): GoValue {
  let current = value;
  for (const [index, name] of path.entries()) {
    const args = index === path.length - 1 ? given : [];
    const method = methodOf(current, name);
    if (method) {
      current = method(args);
      continue;
    }
    if (args.length > 0) throw notCallable(`.${path.join('.')}`);
    if (current instanceof GoStruct) {
      current = fieldOf(current, name);
      continue;
    }
    if (!isMap(current)) {
      if (current === null) throw new TemplateCallError(`nil data; no entry for key "${name}"`);
      throw new TemplateCallError(`can't evaluate field ${name} in type ${typeName(current)}`);
    }
    current = current.get(name) ?? '';
  }
  return current;
}

function fieldOf({ fields, typeName: type }: GoStruct, name: string): GoValue {
  const field = fields.get(name);
  if (field === undefined)
    throw new TemplateCallError(`can't evaluate field ${name} in type ${type}`);
  return field;
}

function notCallable(name: string): TemplateCallError {
  return new TemplateCallError(`can't give argument to non-function ${name}`);
}

function itemsOf(value: GoValue): readonly (readonly [key: GoValue, value: GoValue])[] {
  if (isList(value)) return value.map((element, index) => [BigInt(index), element]);
  if (isMap(value)) return [...value].sort(([a], [b]) => (a < b ? -1 : 1));
  if (typeof value === 'bigint') {
    return Array.from({ length: Number(value) }, (_, index) => [BigInt(index), BigInt(index)]);
  }
  if (value === null) return [];
  throw new TemplateCallError(`range can't iterate over ${formatValue(value)}`);
}

function nameOf(operand: Operand): string {
  if (operand.kind === 'literal') return operand.text;
  if (operand.kind === 'variable') return [operand.name, ...operand.path].join('.');
  return operand.kind === 'field' ? `.${operand.path.join('.')}` : operand.kind;
}

/** As an action writes it: nil is `<no value>`. */
function printed(value: GoValue): string {
  return value === null ? '<no value>' : formatValue(value);
}
