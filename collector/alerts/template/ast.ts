import type { GoValue } from './value.ts';

/** One word of a command. */
export type Operand =
  | { readonly kind: 'literal'; readonly value: GoValue; readonly text: string }
  | { readonly kind: 'dot' }
  | { readonly kind: 'field'; readonly path: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'group'; readonly pipeline: Pipeline; readonly path: readonly string[] };

/** A function with its arguments, or a single value. */
export interface Command {
  readonly operands: readonly Operand[];
  /** Where it stands in the template, for error texts. */
  readonly from: number;
  readonly to: number;
}

export interface Pipeline {
  /** `$x :=` or `$x =`; two for range's index and element. */
  readonly targets: readonly string[];
  readonly declares: boolean;
  /** Each one's result is the last argument of the next. */
  readonly commands: readonly Command[];
}

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | ({ readonly kind: 'if' | 'with' | 'range' } & Branch)
  | { readonly kind: 'template'; readonly name: string; readonly pipeline: Pipeline | undefined }
  | { readonly kind: 'break' | 'continue' };

export interface Branch {
  readonly pipeline: Pipeline;
  readonly body: readonly TemplateNode[];
  readonly otherwise: readonly TemplateNode[];
}

export interface ParsedTemplate {
  readonly nodes: readonly TemplateNode[];
  readonly defined: ReadonlyMap<string, readonly TemplateNode[]>;
}
