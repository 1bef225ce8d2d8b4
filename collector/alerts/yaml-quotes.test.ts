import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indentQuoted } from './yaml-quotes.ts';
import { YamlReader } from './yaml-reader.ts';

/** `want` as Go's yaml reads the value of `a`. */
const cases: readonly { readonly name: string; readonly yaml: string; readonly want: string }[] = [
  { name: 'further lines without indent', yaml: 'a: "one\ntwo"\n', want: 'one two' },
  { name: 'an empty line', yaml: "x:\n  - y\na: 'it''s\n\nfine'\n", want: "it's\nfine" },
  {
    name: 'what looks like keys and comments',
    yaml: 'a: "b: \\"c\\"\nd: e # f\n  g"\nh: "i"\n',
    want: 'b: "c" d: e # f g',
  },
  { name: 'behind an anchor', yaml: 'a: &x "one\ntwo"\n', want: 'one two' },
  { name: 'a quoted key', yaml: '"a": "one\ntwo"\n', want: 'one two' },
  {
    name: 'a block of text with quotes stays as it is',
    yaml: 'b: "one\ntwo"\na: |\n  c: "d\n  e\n\n  f"\n',
    want: 'c: "d\ne\n\nf"\n',
  },
  { name: 'an escaped line end', yaml: 'a: "one\\\ntwo"\n', want: 'onetwo' },
];

for (const { name, yaml, want } of cases) {
  test(`quoted texts of several lines: ${name}`, () => {
    const reader = new YamlReader(yaml, { ignoreUnknownFields: true });
    assert.deepEqual(reader.problems, []);
    assert.equal(reader.text(reader.mapping(reader.root, 'a test', ['a']).a), want);
  });
}

test('what needs no help is left as it is', () => {
  const yaml = 'a: "one"\nb: \'two\' # it\'s\n- c: |\n    "d\n  e: f"g\nh: i\'j\n';
  assert.equal(indentQuoted(yaml), yaml);
});

test('a quote without an end is still a fault', () => {
  assert.equal(new YamlReader('a: "one\nb: c\n').problems.length > 0, true);
});
