import assert from 'node:assert/strict';
import test from 'node:test';
import { changedParams, hrefOf, type Page, parsePath, pathOf } from './route.ts';

const paths: readonly [path: string, page: Page][] = [
  ['/', { name: 'overview' }],
  ['/alerts', { name: 'alerts' }],
  ['/alerts/', { name: 'alerts' }],
  ['/host/n001', { name: 'host', host: 'n001' }],
  ['/host/%3Cimg%20onerror%3D1%3E', { name: 'host', host: '<img onerror=1>' }],
  ['/host/a%2Fb', { name: 'host', host: 'a/b' }],
  ['/metric', { name: 'metrics' }],
  ['/metric/load_one', { name: 'metric', metric: 'load_one' }],
  ['/host/%E0%A4%A', { name: 'unknown', path: '/host/%E0%A4%A' }],
  ['/host/a/b', { name: 'unknown', path: '/host/a/b' }],
  ['/nothing', { name: 'unknown', path: '/nothing' }],
];
for (const [path, page] of paths) {
  test(`${path} is the page ${page.name}`, () => assert.deepEqual(parsePath(path), page));
}

test('every page has a path that leads back to it', () => {
  for (const [, page] of paths) assert.deepEqual(parsePath(pathOf(page)), page);
});

test('the time on screen travels from page to page, the rest stays behind', () => {
  const current = new URLSearchParams('range=1h&color=load_one');
  assert.equal(hrefOf({ name: 'host', host: 'n 1' }, current), '/host/n%201?range=1h');
  assert.equal(hrefOf({ name: 'overview' }, new URLSearchParams()), '/');
});

test('parameters change in a copy', () => {
  const before = new URLSearchParams('a=1&b=2');
  assert.equal(changedParams(before, { a: null, c: '3' }).toString(), 'b=2&c=3');
  assert.equal(before.toString(), 'a=1&b=2');
});
