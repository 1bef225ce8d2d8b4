import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bundleInstaller } from './initramfs.ts';

/** Came with Node 20 and later. */
const NEWER =
  /\.(?:toSorted|toReversed|toSpliced|isWellFormed|union|intersection)\(|\b(?:Object|Map)\.groupBy\b|Promise\.(?:withResolvers|try)\b|Array\.fromAsync\b|import\.meta\.dirname/;

test('the installer needs nothing that the Node of its oldest release, 18, lacks', async () => {
  const bundle = await bundleInstaller();
  assert.ok(bundle.length > 10_000);
  assert.equal(NEWER.exec(bundle)?.[0], undefined);
});
