import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileAnchored, compileUnanchored } from './regexp.ts';

/** Pattern, a text that it matches, a text that it does not. */
const PATTERNS: readonly (readonly [pattern: string, matching: string, other: string])[] = [
  ['n00.*', 'n001', 'xn001'],
  ['a|b', 'b', 'ab'],
  ['.+', 'line\nbreak', ''],
  ['(?i)ABC', 'abc', 'abd'],
  ['x(?i:ABC)z', 'xabcz', 'Xabcz'],
  ['a((?i)b)c', 'aBc', 'aBC'],
  ['(?-s)a.b', 'axb', 'a\nb'],
  ['(?P<name>a)b', 'ab', 'b'],
  ['[[:alpha:]_]+', 'ab_c', 'ab1'],
  ['[^[:digit:]]', 'a', '1'],
  ['[[:^alpha:]]+', '1]-é\n😀', 'a'],
  ['[[:^alpha:]xy]', 'x', 'z'],
  ['[^[:^alpha:]x]', 'y', 'x'],
  ['[^[:^alpha:]x]', 'Z', '😀'],
  ['[[:^ascii:]]', 'é', 'e'],
  ['[[:^punct:]]', 'a', '^'],
  ['(?i)[[:^lower:]]', '1', 'A'],
  ['[[:^lower:]]', 'A', 'a'],
  ['[]a]', ']', 'b'],
  ['[a-c-]', '-', 'd'],
  ['[a\\]b]', ']', '\\'],
  ['\\Qa.b\\E+', 'a.ba.b', 'axb'],
  ['a{2}', 'aa', 'a'],
  ['a{,2}', 'a{,2}', 'aa'],
  ['x{y}', 'x{y}', 'xy'],
  ['\\d+\\.\\d+', '1.5', '1x5'],
  ['\\pL+', 'é', '1'],
  ['\\p{Greek}', 'λ', 'l'],
  ['\\P{Lu}', 'a', 'A'],
  ['\\x{1F600}', '😀', 'x'],
  ['^a$', 'a', 'aa'],
  ['\\Aa\\z', 'a', 'b'],
  ['a-b_c:d/e', 'a-b_c:d/e', 'a'],
  ['a\\-b', 'a-b', 'ab'],
  ['😀.', '😀x', '😀'],
  ['a*?', 'aaa', 'b'],
  ['', '', 'a'],
  ['a.b', 'a😀b', 'a\ud83db'.repeat(2)],
  ['..', '😀é', '😀'],
  ['[^a]', '😀', 'a'],
  ['[^😀]', 'a', '😀'],
  ['[a-😀]', 'z', '1'],
  ['(?i)[b-d\\x41]Ä[[:lower:]]', 'CäX', 'eäx'],
  ['(?i:a(?-i)b)a', 'Aba', 'ABa'],
  ['(?-s:.+)x', 'a\rx', 'a\nx'],
  ['[0-9a-f]{32}', '0123456789abcdef'.repeat(2), '0123456789abcdef'],
  ['(?m)a$\\nb', 'a\nb', 'a'],
];

for (const [pattern, matching, other] of PATTERNS) {
  test(`pattern ${JSON.stringify(pattern)}`, () => {
    const regexp = compileAnchored(pattern);
    assert.ok(regexp.test(matching), matching);
    assert.ok(!regexp.test(other), other);
  });
}

for (const [pattern, message] of [
  ['(', 'error parsing regexp: missing closing ): `(`'],
  ['a)', 'error parsing regexp: unexpected ): `)`'],
  ['[a', 'error parsing regexp: missing closing ]: `[a`'],
  ['*', 'error parsing regexp: missing argument to repetition operator: `*`'],
  ['a**', 'error parsing regexp: invalid nested repetition operator: `**`'],
  ['a{1001}', 'error parsing regexp: invalid repeat count: `{1001}`'],
  ['a{3,2}', 'error parsing regexp: invalid repeat count: `{3,2}`'],
  ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
  ['(a)\\1', 'error parsing regexp: invalid escape sequence: `\\1`'],
  ['\\', 'error parsing regexp: trailing backslash at end of expression'],
  ['[[:^frob:]]', 'error parsing regexp: invalid character class range: `[:^frob:]`'],
  ['[[:frob:]]', 'error parsing regexp: invalid character class range: `[:frob:]`'],
] as const) {
  test(`pattern ${JSON.stringify(pattern)} is refused as RE2 refuses it`, () => {
    assert.throws(() => compileAnchored(pattern), { message });
  });
}

for (const [name, pattern, message] of [
  ['1,001 groups in each other', `${'('.repeat(1001)}a${')'.repeat(1001)}`, 'nests too deeply'],
  ['20,000 groups in each other', `${'('.repeat(20_000)}a${')'.repeat(20_000)}`, 'too deeply'],
  ['30,000 groups in a row', '(a)'.repeat(30_000), 'expression too large'],
  ['90,000 letters', 'ab?'.repeat(30_000), 'expression too large'],
] as const) {
  test(`a pattern of ${name} is refused before it is to match`, () => {
    assert.throws(() => compileAnchored(pattern), {
      name: 'Error',
      message: new RegExp(`^error parsing regexp: .*${message}$`),
    });
  });
}

test('a list of 5,000 names is not too large', () => {
  const names = Array.from({ length: 5000 }, (_, index) => `n${index}\\.example\\.org`);
  const regexp = compileAnchored(names.join('|'));
  assert.ok(regexp.test('n4999.example.org'));
  assert.ok(!regexp.test('n5000.example.org'));
  assert.ok(compileAnchored(`${'('.repeat(1000)}a${')'.repeat(1000)}`).test('a'));
});

test('an unanchored pattern finds its text anywhere, within a line', () => {
  assert.equal('x-12-345'.replace(compileUnanchored('\\d+'), '#'), 'x-#-345');
  assert.equal('x-12-345'.replaceAll(compileUnanchored('\\d+', 'g'), '#'), 'x-#-#');
  assert.ok(!compileUnanchored('a.b').test('a\nb'));
});

test('a pattern that makes backtracking engines hang answers in time', () => {
  const startMs = performance.now();
  for (const pattern of ['(a+)+b', '(a|a)*b', '(.*a){12}b', '(x+x+)+y']) {
    assert.ok(!compileAnchored(pattern).test('a'.repeat(60) + 'x'.repeat(60)));
  }
  for (const pattern of ['(é|é)*b', '((?i:a)|A)*b', '(a|[aA]){3,}[^b]'])
    compileAnchored(pattern).test(`${'éaAa'.repeat(30)}c`);
  for (const pattern of ['(\\pL+)+b', '(a|a){500}', '\\pL*a*b*c*d'])
    assert.throws(() => compileAnchored(pattern), /expression too costly/);
  assert.ok(performance.now() - startMs < 2000);
});
