import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInline, parseMarkdown } from './markdown.ts';

const text = (value: string) => ({ kind: 'text', text: value }) as const;

test('blocks: headings, paragraphs, lists, code', () => {
  const source = '# One\n\nfirst\nsecond\n- a\n  goes on\n- b\n\n2. x\n\n```\n# no heading\n```\n';
  assert.deepEqual(parseMarkdown(source), [
    { kind: 'heading', level: 1, content: [text('One')] },
    { kind: 'paragraph', content: [text('first second')] },
    { kind: 'list', isOrdered: false, items: [[text('a goes on')], [text('b')]] },
    { kind: 'list', isOrdered: true, items: [[text('x')]] },
    { kind: 'code', text: '# no heading' },
  ]);
});

test('inside of a line: emphasis, code, links', () => {
  assert.deepEqual(parseInline('a **b** *c* `*d*` [e](/alerts)'), [
    text('a '),
    { kind: 'strong', text: 'b' },
    text(' '),
    { kind: 'em', text: 'c' },
    text(' '),
    { kind: 'code', text: '*d*' },
    text(' '),
    { kind: 'link', text: 'e', href: '/alerts' },
  ]);
});

const hostile = [
  '<img src=x onerror=alert(1)>',
  '[x](javascript:alert(1))',
  '[x](JAVASCRIPT:alert(1))',
  '[x](data:text/html,x)',
  '[x](//elsewhere.example/)',
  '**',
  '* *',
  '`',
  '[](',
  '[x]()',
  '```',
];
for (const source of hostile) {
  test(`${source} leads nowhere`, () => {
    const blocks = parseMarkdown(source);
    assert.ok(!JSON.stringify(blocks).includes('"href"'));
  });
}

test('what is no markup stays as it is', () => {
  assert.deepEqual(parseMarkdown('2 * 3 * 4 <b>'), [
    { kind: 'paragraph', content: [text('2 '), { kind: 'em', text: ' 3 ' }, text(' 4 <b>')] },
  ]);
});
