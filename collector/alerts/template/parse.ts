import type { Command, Operand, ParsedTemplate, Pipeline, TemplateNode } from './ast.ts';
import {
  type TemplatePlace,
  TemplateSyntaxError,
  type Token,
  type TokenKind,
  tokenize,
  unquote,
} from './lexer.ts';

/** Nesting beyond this is refused, so that a hostile template cannot exhaust the stack. */
const DEPTH_MAX = 100;

/**
 * @param functions names that may be called
 * @param variables declared before the template begins, each with its `$`
 * @throws TemplateSyntaxError with the reason in Go's words
 * Source: Go's text/template/parse
 */
export function parseTemplate(
  template: string,
  functions: ReadonlySet<string>,
  variables: readonly string[],
): ParsedTemplate {
  return new Parser(tokenize(template), functions, variables).parse();
}

/** How a list of nodes ended. */
type Ending = 'end' | 'else' | 'eof';

class Parser {
  readonly #tokens: readonly Token[];
  readonly #functions: ReadonlySet<string>;
  readonly #defined = new Map<string, readonly TemplateNode[]>();
  #variables: string[];
  #at = 0;
  #depth = 0;
  #rangeDepth = 0;

  constructor(
    tokens: readonly Token[],
    functions: ReadonlySet<string>,
    variables: readonly string[],
  ) {
    this.#tokens = tokens;
    this.#functions = functions;
    this.#variables = ['$', ...variables];
  }

  parse(): ParsedTemplate {
    const { nodes, ending } = this.#list();
    if (ending !== 'eof') this.#fail(`unexpected {{${ending}}}`);
    return { nodes, defined: this.#defined };
  }

  #list(): { readonly nodes: readonly TemplateNode[]; readonly ending: Ending } {
    this.#deepen();
    const nodes: TemplateNode[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (!token) {
        this.#depth--;
        return { nodes, ending: 'eof' };
      }
      this.#at++;
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      this.#skipSpace();
      const keyword = this.#peek()?.kind === 'word' ? this.#peek()?.text : undefined;
      if (keyword === 'end' || keyword === 'else') {
        this.#at++;
        if (keyword === 'end') this.#close('end');
        this.#depth--;
        return { nodes, ending: keyword };
      }
      const node = this.#action(keyword);
      if (node) nodes.push(node);
    }
  }

  #deepen(): void {
    if (++this.#depth > DEPTH_MAX) this.#fail(`max nesting depth of ${DEPTH_MAX} exceeded`);
  }

  #action(keyword: string | undefined): TemplateNode | undefined {
    switch (keyword) {
      case 'if':
      case 'with':
      case 'range':
        this.#at++;
        return this.#branch(keyword);
      case 'define':
        if (this.#depth > 1) this.#fail('unexpected <define> in command');
        this.#at++;
        return this.#define();
      case 'block':
      case 'template':
        this.#at++;
        return this.#call(keyword);
      case 'break':
      case 'continue':
        this.#at++;
        this.#close(keyword);
        if (this.#rangeDepth === 0) this.#fail(`{{${keyword}}} outside {{range}}`);
        return { kind: keyword };
      default: {
        const pipeline = this.#pipeline('command', 'close');
        return { kind: 'action', pipeline };
      }
    }
  }

  #branch(kind: 'if' | 'with' | 'range'): TemplateNode {
    const scope = this.#variables.length;
    const pipeline = this.#pipeline(kind, 'close');
    if (kind === 'range') this.#rangeDepth++;
    const body = this.#list();
    if (kind === 'range') this.#rangeDepth--;
    let otherwise: readonly TemplateNode[] = [];
    if (body.ending === 'else') otherwise = this.#else(kind);
    if (body.ending === 'eof') this.#fail('unexpected EOF');
    this.#variables.length = scope;
    return { kind, pipeline, body: body.nodes, otherwise };
  }

  /** After `else`: its nodes up to the `end`, which an `else if` shares with its outer branch. */
  #else(kind: 'if' | 'with' | 'range'): readonly TemplateNode[] {
    this.#skipSpace();
    const next = this.#peek();
    if (next?.kind === 'word' && next.text === kind && kind !== 'range') {
      this.#at++;
      this.#deepen();
      const branch = this.#branch(kind);
      this.#depth--;
      return [branch];
    }
    this.#close('else');
    const { nodes, ending } = this.#list();
    if (ending !== 'end')
      this.#fail(ending === 'eof' ? 'unexpected EOF' : 'expected end; found {{else}}');
    return nodes;
  }

  #define(): undefined {
    const name = this.#name('define clause');
    this.#close('define clause');
    this.#body(name, 'define clause');
  }

  #call(keyword: 'block' | 'template'): TemplateNode {
    const name = this.#name(`${keyword} clause`);
    this.#skipSpace();
    const pipeline = this.#peek()?.kind === 'close' ? undefined : this.#pipeline(keyword, 'close');
    if (pipeline === undefined) this.#close(keyword);
    if (keyword === 'block') this.#body(name, 'block clause');
    return { kind: 'template', name, pipeline };
  }

  #body(name: string, context: string): void {
    const outer = this.#variables;
    this.#variables = ['$'];
    const { nodes, ending } = this.#list();
    if (ending !== 'end')
      this.#fail(`unexpected ${ending === 'eof' ? 'EOF' : '{{else}}'} in ${context}`);
    this.#variables = outer;
    this.#defined.set(name, nodes);
  }

  #name(context: string): string {
    this.#skipSpace();
    const token = this.#next();
    if (token?.kind !== 'string') this.#unexpected(token, context);
    return token.text;
  }

  #pipeline(context: string, end: TokenKind): Pipeline {
    const { targets, declares } = this.#targets(context);
    const commands: Command[] = [];
    for (;;) {
      this.#skipSpace();
      const token = this.#peek();
      if (token?.kind === end) {
        this.#at++;
        break;
      }
      commands.push(this.#command(context, end));
    }
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    for (const command of commands.slice(1)) {
      if (!canTakeArgument(command)) {
        this.#fail(`non executable command in pipeline stage ${commands.indexOf(command) + 1}`);
      }
    }
    if (declares) this.#variables.push(...targets);
    return { targets, declares, commands };
  }

  /** `$x :=`, `$x =`, and for range `$i, $x :=`; nothing when the pipeline begins otherwise. */
  #targets(context: string): { readonly targets: readonly string[]; readonly declares: boolean } {
    this.#skipSpace();
    const start = this.#at;
    const targets: string[] = [];
    for (;;) {
      this.#skipSpace();
      const variable = this.#next();
      if (variable?.kind !== 'variable') break;
      targets.push(variable.text);
      this.#skipSpace();
      const then = this.#next();
      if (then?.kind === 'declare') return { targets, declares: true };
      if (then?.kind === 'assign') {
        for (const name of targets) this.#checkVariable(name);
        return { targets, declares: false };
      }
      if (then?.kind !== 'comma' || context !== 'range' || targets.length > 1) break;
    }
    this.#at = start;
    return { targets: [], declares: false };
  }

  #command(context: string, end: TokenKind): Command {
    const operands: Operand[] = [];
    const from = this.#peek()?.from ?? 0;
    let to = from;
    for (;;) {
      this.#skipSpace();
      const operand = this.#operand(context);
      if (operand) {
        operands.push(operand);
        to = this.#tokens[this.#at - 1]?.to ?? to;
      }
      const token = this.#peek();
      if (token?.kind === 'space') continue;
      if (token?.kind === end) break;
      if (token?.kind === 'pipe') {
        this.#at++;
        this.#skipSpace();
        if (this.#peek()?.kind === end) this.#fail(`missing value for ${context}`);
        break;
      }
      this.#unexpected(token, operand ? 'operand' : context);
    }
    if (operands.length === 0) this.#fail('empty command');
    return { operands, from, to };
  }

  #operand(context: string): Operand | undefined {
    const token = this.#peek();
    switch (token?.kind) {
      case 'word':
        this.#at++;
        return this.#word(token);
      case 'dot':
        this.#at++;
        return { kind: 'dot' };
      case 'field':
        return { kind: 'field', path: this.#path() };
      case 'variable':
        this.#at++;
        this.#checkVariable(token.text);
        return { kind: 'variable', name: token.text, path: this.#path() };
      case 'string':
        this.#at++;
        return { kind: 'literal', value: token.text, text: JSON.stringify(token.text) };
      case 'number':
        this.#at++;
        return { kind: 'literal', value: this.#number(token.text), text: token.text };
      case 'char': {
        this.#at++;
        const code = unquote(token.text, placeOf(token)).codePointAt(0) ?? 0;
        return { kind: 'literal', value: BigInt(code), text: token.text };
      }
      case 'paren-open': {
        this.#at++;
        if (++this.#depth > DEPTH_MAX) this.#fail(`max expression depth exceeded`);
        const pipeline = this.#pipeline('parenthesized pipeline', 'paren-close');
        this.#depth--;
        return { kind: 'group', pipeline, path: this.#path() };
      }
      case 'space':
      case 'pipe':
      case 'close':
      case 'paren-close':
        return undefined;
      default:
        return this.#unexpected(token, context);
    }
  }

  #word(token: Token): Operand {
    if (token.text === 'true' || token.text === 'false') {
      return { kind: 'literal', value: token.text === 'true', text: token.text };
    }
    if (token.text === 'nil') return { kind: 'literal', value: null, text: 'nil' };
    if (!this.#functions.has(token.text)) {
      throw new TemplateSyntaxError(placeOf(token), `function "${token.text}" not defined`);
    }
    return { kind: 'function', name: token.text };
  }

  /** A float when it is written as one; an int otherwise. */
  #number(text: string): number | bigint {
    const clean = text.replaceAll('_', '').replace(/^\+/, '');
    const isInteger = /^-?(?:0[xXbBoO]?[0-9a-fA-F]*|\d+)$/.test(clean);
    if (!isInteger) {
      const value = Number(clean);
      if (Number.isNaN(value)) this.#fail(`illegal number syntax: "${text}"`);
      return value;
    }
    const magnitude = clean.replace(/^-/, '').replace(/^0(?=\d)/, '0o');
    try {
      return clean.startsWith('-') ? -BigInt(magnitude) : BigInt(magnitude);
    } catch {
      return this.#fail(`illegal number syntax: "${text}"`);
    }
  }

  #path(): readonly string[] {
    const path: string[] = [];
    for (;;) {
      const token = this.#peek();
      if (token?.kind !== 'field') return path;
      path.push(token.text.slice(1));
      this.#at++;
    }
  }

  #checkVariable(name: string): void {
    if (!this.#variables.includes(name)) this.#fail(`undefined variable "${name}"`);
  }

  #close(context: string): void {
    this.#skipSpace();
    const token = this.#next();
    if (token?.kind !== 'close') this.#unexpected(token, context);
  }

  #skipSpace(): void {
    while (this.#peek()?.kind === 'space') this.#at++;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  #unexpected(token: Token | undefined, context: string): never {
    if (!token) return this.#fail('unexpected EOF');
    const text = token.kind === 'close' ? '"}}"' : JSON.stringify(token.text);
    throw new TemplateSyntaxError(placeOf(token), `unexpected ${text} in ${context}`);
  }

  #fail(message: string): never {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length) - 1];
    throw new TemplateSyntaxError(placeOf(token), message);
  }
}

function placeOf(token: Token | undefined): TemplatePlace {
  return { line: token?.line ?? 1, offset: token?.from ?? 0 };
}

/** From the second stage on, a pipeline's command must be able to take the result of the one before. */
function canTakeArgument(command: Command): boolean {
  const first = command.operands[0];
  return first?.kind !== 'literal' && first?.kind !== 'dot';
}
