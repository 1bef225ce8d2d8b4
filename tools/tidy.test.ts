/** Checks the repository itself: which folder may import which, files that nobody uses, dead links, words that do not belong. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { contents, files, importsOf, ROOT } from './repository.ts';

const all = files();
const sources = all.filter((file) => /\.tsx?$/.test(file) && !file.includes('testdata/'));
const isTest = (file: string) => /\.test\.tsx?$/.test(file) || file.includes('/testing/');

/** What each folder may import besides itself; the arrows of docs/architecture.md. */
const ALLOWED: Readonly<Record<string, (target: string, typeOnly: boolean) => boolean>> = {
  wire: () => false,
  base: () => false,
  agent: (target) => /^(wire|base)\//.test(target),
  collector: (target) => /^(wire|base)\//.test(target),
  pxe: (target) => /^(wire|base)\//.test(target),
  demo: (target) => /^(wire|base)\//.test(target),
  ui: (target, typeOnly) => typeOnly && target.startsWith('wire/'),
  // The command line starts daemons by their main.ts, and runs what needs no daemon by itself.
  cli: (target) =>
    /^(wire|base)\//.test(target) ||
    /^\w+\/(main|settings|flags)\.ts$/.test(target) ||
    /^(collector\/(query|alerts|notify|access|store|archive|registry|views)|pxe\/(classes|boot|dhcp|image))\b/.test(
      target,
    ),
  e2e: () => true,
  bench: () => true,
  tools: () => true,
};

test('imports follow the arrows', () => {
  const wrong = sources
    .filter((file) => !isTest(file))
    .flatMap(importsOf)
    .filter(({ file, target, typeOnly }) => {
      const folder = file.split('/')[0] ?? '';
      if (target === undefined || target.startsWith(`${folder}/`)) return false;
      return !(ALLOWED[folder]?.(target, typeOnly) ?? false);
    })
    .map(({ file, specifier }) => `${file} imports ${specifier}`);
  assert.deepEqual(wrong, []);
});

test('wire does no input or output', () => {
  const wrong = sources
    .filter((file) => file.startsWith('wire/') && !isTest(file))
    .flatMap(importsOf)
    .filter(({ specifier }) => specifier.startsWith('node:'))
    .map(({ file, specifier }) => `${file} imports ${specifier}`);
  assert.deepEqual(wrong, []);
});

test('every source file is used', () => {
  // A file that only its own test imports is dead as well.
  const used = new Set(
    sources
      .filter((file) => !isTest(file))
      .flatMap(importsOf)
      .flatMap(({ target }) => target ?? []),
  );
  const mentions = all
    .filter((file) =>
      /(^|\/)(package\.json|clustermon|setup|run-tests|run|index\.html|[^/]+\.ts)$/.test(file),
    )
    .map(contents)
    .join('\n');
  const unused = sources.filter(
    (file) =>
      !used.has(file) &&
      !isTest(file) &&
      !file.endsWith('.d.ts') &&
      !/^bench\/|(^|\/)main\.tsx?$|vite\.config\.ts$/.test(file) &&
      !mentions.includes(`${file.split('/').at(-1)}'`),
  );
  assert.deepEqual(unused, []);
});

test('nothing is left unfinished or switched off', () => {
  const words = /\b(FIXME|XXX|HACK)\b|\b(test|describe|it)\.(skip|only|todo)\b|\bskip: *true\b/;
  const left = sources
    .filter((file) => file !== 'tools/tidy.test.ts')
    .flatMap((file) =>
      contents(file)
        .split('\n')
        .flatMap((line, index) =>
          words.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [],
        ),
    );
  assert.deepEqual(left, []);
});

test('links in the documents lead somewhere', () => {
  const dead = all
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      [...contents(file).matchAll(/\]\((?<link>[^)\s#]+)(?:#[^)]*)?\)/g)]
        .map((match) => match.groups?.['link'] ?? '')
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => !existsSync(join(ROOT, normalize(join(dirname(file), link)))))
        .map((link) => `${file}: ${link}`),
    );
  assert.deepEqual(dead, []);
});

test('the error codes of the sources and of docs/errors.md are the same', () => {
  const codePattern = /new (?:InputError|WorldError)\(\s*'(?<code>[a-z0-9-]+)'/g;
  const inSources = new Set(
    sources
      .filter((file) => !isTest(file))
      .flatMap((file) =>
        [...contents(file).matchAll(codePattern)].map((match) => match.groups?.['code']),
      ),
  );
  const table = contents('docs/errors.md');
  const documented = new Set(
    [...table.matchAll(/^\| `(?<code>[a-z0-9-]+)`/gm)].map((match) => match.groups?.['code']),
  );
  const missing = [...inSources].filter((code) => !documented.has(code));
  assert.deepEqual(missing, [], 'codes that docs/errors.md does not list');
  const mentioned = sources
    .filter((file) => !isTest(file))
    .map(contents)
    .join('\n');
  const stale = [...documented].filter((code) => !mentioned.includes(`'${code}'`));
  assert.deepEqual(stale, [], 'codes of docs/errors.md that no source has');
});

test('no document or source names a place of the machine it was written on', () => {
  const places = new RegExp(
    ['/work/', 'main|', '/work/', 'shared|', '(?<![\\w$}])/root/'].join(''),
  );
  const wrong = all
    .filter((file) => /\.(md|ts|tsx|json|yaml|sh|mjs)$/.test(file) || !file.includes('.'))
    // Config spaces name places of the machines that they install.
    .filter((file) => !/testdata\/|^pxe\/starter\/|^tools\/tidy\.test/.test(file))
    .filter((file) => places.test(contents(file)));
  assert.deepEqual(wrong, []);
});

test('the lock file records no download addresses', () => {
  assert.doesNotMatch(contents('package-lock.json'), /"resolved": "https?:/);
});

test('files stay small enough to hold one idea', () => {
  const LINES_MAX = 500;
  const long = sources
    .map((file) => ({ file, lines: contents(file).split('\n').length }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ file, lines }) => `${file}: ${lines} lines`);
  assert.deepEqual(long, []);
});
