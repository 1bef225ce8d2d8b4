import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ViewStore } from './view-store.ts';

const LOAD = '# mine\ntitle: Load\npanels: [{expr: load_one}]\n';

function withStore(run: (store: ViewStore, folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-views-'));
  try {
    run(new ViewStore(join(folder, 'views')), join(folder, 'views'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a view is saved as it was written, comments included, and nothing else is left', () =>
  withStore((store, folder) => {
    const saved = store.save('load', LOAD, undefined);
    assert.deepEqual([saved.origin, saved.isOverride, saved.view?.title], ['own', false, 'Load']);
    assert.equal(readFileSync(join(folder, 'load.yaml'), 'utf8'), LOAD);
    assert.deepEqual(readdirSync(folder), ['load.yaml']);
  }));

test('a file that git brings shows when it is asked for, and a broken one says what is wrong', () =>
  withStore((store, folder) => {
    store.save('load', LOAD, undefined);
    writeFileSync(join(folder, 'load.yaml'), 'title: Load\npanels: [{expr: sum(}]\n');
    // Written within the same tick of the file system's clock, it would still be another size.
    assert.equal(store.get('load').view, null);
    assert.equal(store.get('load').problems[0]?.field, 'panels[0].expr');
    writeFileSync(join(folder, 'other.yaml'), LOAD);
    assert.ok(store.list().some(({ name }) => name === 'other'));
    utimesSync(join(folder, 'other.yaml'), 1_000, 1_000);
    assert.equal(store.get('other').changedMs, 1_000_000);
    rmSync(join(folder, 'other.yaml'));
    assert.throws(() => store.get('other'), { code: 'view-unknown' });
  }));

test('a file that is too large says so', () =>
  withStore((store, folder) => {
    store.save('load', LOAD, undefined);
    writeFileSync(join(folder, 'load.yaml'), `${LOAD}# ${'x'.repeat(2_000_000)}`);
    assert.match(store.get('load').problems[0]?.message ?? '', /larger than 256 KiB/);
  }));

test('an own view stands in place of a built-in one until it is deleted', () =>
  withStore((store) => {
    const builtIn = store.get('cluster');
    assert.equal(builtIn.origin, 'built-in');
    assert.throws(() => store.remove('cluster', undefined), { code: 'view-built-in' });
    const own = store.save('cluster', LOAD, builtIn.version);
    assert.deepEqual([own.origin, own.isOverride], ['own', true]);
    assert.equal(store.list().filter(({ name }) => name === 'cluster').length, 1);
    store.remove('cluster', own.version);
    assert.equal(store.get('cluster').text, builtIn.text);
  }));

test('nobody overwrites what he has not seen', () =>
  withStore((store) => {
    const first = store.save('load', LOAD, undefined);
    assert.throws(() => store.save('load', LOAD, undefined), { code: 'view-exists' });
    const second = store.save('load', `${LOAD}# more\n`, first.version);
    assert.throws(() => store.save('load', LOAD, first.version), { code: 'view-changed' });
    assert.throws(() => store.remove('load', first.version), { code: 'view-changed' });
    store.remove('load', second.version);
    assert.throws(() => store.save('load', LOAD, second.version), { code: 'view-changed' });
  }));

test('a view with problems is not saved', () =>
  withStore((store) => {
    assert.throws(() => store.save('load', 'title: x\npanels: [{expr: sum(}]', undefined), {
      code: 'view-invalid',
      message: /^line 2, column \d+: panels\[0\]\.expr is no PromQL/,
    });
    assert.throws(() => store.get('load'), { code: 'view-unknown' });
  }));

for (const name of ['', '..', '../x', 'a/b', 'A', '-a', 'x'.repeat(64), 'a\0', 'a.yaml', '%2e']) {
  test(`no view is named ${JSON.stringify(name.slice(0, 12))}`, () =>
    withStore((store) => {
      assert.throws(() => store.get(name), { code: 'view-name' });
      assert.throws(() => store.save(name, LOAD, undefined), { code: 'view-name' });
    }));
}

test('a folder that cannot be written says so', () =>
  withStore((_, folder) => {
    writeFileSync(folder, 'a file is in the way');
    const store = new ViewStore(join(folder, 'below'));
    assert.throws(() => store.save('load', LOAD, undefined), { code: 'view-folder' });
  }));
