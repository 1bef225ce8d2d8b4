import fc from 'fast-check';
import type { ValueType } from '../ast.ts';
import { SIGNATURES } from '../signatures.ts';

/** Functions that fail on most texts, or whose result depends on the range of the query. */
const LEFT_OUT = new Set(['info', 'label_join', 'label_replace', 'sort', 'sort_desc']);

export const { vector, any } = fc.letrec<
  Record<ValueType | 'any' | 'selector' | 'modified', string>
>((tie) => ({
  scalar: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc.constantFrom('0', '1', '-2.5', '0.5', 'NaN', 'Inf', '1e3', '2m', 'time()', 'pi()'),
    fc
      .tuple(
        tie('scalar'),
        fc.constantFrom('+', '-', '*', '/', '%', '^', 'atan2', '< bool'),
        tie('scalar'),
      )
      .map((part) => `(${part.join(' ')})`),
    tie('vector').map((inner) => `scalar(${inner})`),
  ),
  string: fc.constantFrom('"x"', '"y"', '"z"', '"a\\n"'),
  selector: fc
    .tuple(
      fc.constantFrom('a', 'b', 'c_total', 'd_bucket', '{x=~"x."}', 'none'),
      fc.constantFrom('', '{x="x0"}', '{y!~"y[12]"}'),
    )
    .map(([name, matchers]) => (name.startsWith('{') ? name : name + matchers)),
  modified: fc
    .tuple(
      tie('selector'),
      fc.constantFrom('', '', ' offset 1m', ' offset -30s', ' @ 500', ' @ 500 offset 1m'),
    )
    .map((part) => part.join('')),
  matrix: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    fc
      .tuple(
        tie('selector'),
        fc.constantFrom(
          '[1m]',
          '[5m]',
          '[150s] offset 30s',
          '[2m] @ 400',
          '[1m] anchored',
          '[2m] smoothed',
        ),
      )
      .map((part) => part.join('')),
    fc
      .tuple(tie('vector'), fc.constantFrom('[5m:1m]', '[2m:20s]', '[90s:10s] offset 1m'))
      .map(([inner, range]) => `(${inner})${range}`),
  ),
  vector: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    tie('modified'),
    fc
      .constantFrom(
        ...[...SIGNATURES].filter(
          ([name, signature]) => signature.returns === 'vector' && !LEFT_OUT.has(name),
        ),
      )
      .chain(([name, { args }]) =>
        fc.tuple(...args.map((type) => tie(type))).map((texts) => `${name}(${texts.join(', ')})`),
      ),
    fc
      .tuple(
        fc.constantFrom('sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'),
        fc.constantFrom('', ' by (x)', ' without (y)', ' by (x, none)'),
        tie('vector'),
      )
      .map(([operation, grouping, inner]) => `${operation}${grouping} (${inner})`),
    fc
      .tuple(
        fc.constantFrom('topk', 'bottomk', 'quantile', 'limit_ratio'),
        fc.constantFrom('', ' by (x)', ' without (y)'),
        tie('scalar'),
        tie('vector'),
      )
      .map(
        ([operation, grouping, parameter, inner]) =>
          `${operation}${grouping} (${parameter}, ${inner})`,
      ),
    tie('selector').map((inner) => `limitk(2, ${inner})`), // of a computed vector it may take any
    tie('vector').map((inner) => `count_values("v", round(${inner}, 10))`),
    fc
      .tuple(
        tie('vector'),
        fc.constantFrom(
          '+',
          '-',
          '* on(y)',
          '/ ignoring(le)',
          '== bool',
          '> on(x, y)',
          'and',
          'or on(y)',
          'unless ignoring(y)',
          '+ on(x) group_left()',
          '% on(y) fill(0)',
          '<',
        ),
        tie('vector'),
      )
      .map((part) => `(${part.join(' ')})`),
    fc
      .tuple(
        tie('vector'),
        fc.constantFrom('+', '-', '*', '/', '%', '^', '>', '== bool'),
        tie('scalar'),
      )
      .map((part) => `(${part.join(' ')})`),
    tie('vector').map((inner) => `-(${inner})`),
    fc
      .tuple(tie('vector'), fc.constantFrom('$1', 'z', ''))
      .map(([inner, to]) => `label_replace(${inner}, "z", "${to}", "y", "y(.).*")`),
  ),
  any: fc.oneof(tie('vector'), tie('scalar'), tie('matrix'), tie('string')),
}));
