import { compileAnchored } from '../../query/regexp.ts';

/** Length of the `^(?:` and `)$` that compileAnchored puts around a pattern. */
const OPENING = '^(?:'.length;
const CLOSING = ')$'.length;

/**
 * An RE2 pattern that may match anywhere, as Go's regexp package takes it; `.` does not match newlines.
 * @throws RegexpSyntaxError
 */
export function compileRe2(pattern: string, flags = 'u'): RegExp {
  return new RegExp(compileAnchored(pattern).source.slice(OPENING, -CLOSING), flags);
}
