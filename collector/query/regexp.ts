import { setFlagsFromString } from 'node:v8';
import { RegexpSyntaxError, type Translation, translate } from './regexp-translate.ts';

export { RegexpSyntaxError } from './regexp-translate.ts';

// V8's matcher backtracks; a pattern such as (a+)+$ could hold the daemon for minutes. With these flags V8 gives up backtracking
// after the given count and restarts the match in its linear-time engine, for patterns that this engine takes (the flag `l` asks it).
setFlagsFromString('--enable-experimental-regexp-engine');
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
setFlagsFromString('--regexp-backtracks-before-fallback=20000');

/** Shorter patterns were never found too large. */
const PROBED_LENGTH = 4096;

/**
 * Compiles an RE2 pattern that must match the whole text, `.` matching newlines too, as Prometheus' matchers and label_replace do.
 * @throws RegexpSyntaxError for what RE2 does not accept (look-around, back-references, bad syntax), and for what neither of V8's
 *   engines would match in bounded time
 */
export function compileAnchored(pattern: string): RegExp {
  const translation = translate(pattern, true);
  return compile(pattern, translation, `^(?:${translation.source})$`, '');
}

/**
 * Compiles an RE2 pattern that may match anywhere, as Go's regexp package takes it; `.` does not match newlines.
 * @throws RegexpSyntaxError as compileAnchored does
 */
export function compileUnanchored(pattern: string, flags: '' | 'g' = ''): RegExp {
  const translation = translate(pattern, false);
  return compile(pattern, translation, translation.source, flags);
}

function compile(
  pattern: string,
  { costly, unicode }: Translation,
  source: string,
  flags: string,
): RegExp {
  const regexp =
    !unicode && isLinear(source)
      ? new RegExp(source, flags)
      : withUnicode(pattern, { costly, source, flags });
  if (source.length > PROBED_LENGTH) probe(regexp);
  return regexp;
}

function withUnicode(
  pattern: string,
  { costly, source, flags }: { costly: boolean; source: string; flags: string },
): RegExp {
  if (costly)
    throw new RegexpSyntaxError(`error parsing regexp: expression too costly: \`${pattern}\``);
  try {
    return new RegExp(source, `${flags}u`);
  } catch (error) {
    throw new RegexpSyntaxError(
      `error parsing regexp: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** V8 compiles a pattern when it is first to match, for texts of one byte a character and of two, and finds only then that it is too large. */
function probe(regexp: RegExp): void {
  try {
    for (const text of ['', '\u0100']) regexp.test(text);
    regexp.lastIndex = 0;
  } catch {
    throw new RegexpSyntaxError('error parsing regexp: expression too large');
  }
}

function isLinear(source: string): boolean {
  try {
    new RegExp(source, 'l');
    return true;
  } catch {
    return false;
  }
}
