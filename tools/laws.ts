/**
 * Loaded before every test file. Laws (fast-check) draw the same values in each run, so that only a change turns one red; `npm run fuzz`
 * sets CLUSTERMON_SEED to one new seed after another.
 */
import { readFileSync } from 'node:fs';

const [, testFile] = process.argv;

/** Most test files have no laws, and need not wait for the library. */
if (testFile?.endsWith('.test.ts') && readFileSync(testFile, 'utf8').includes("'fast-check'")) {
  const { default: fc } = await import('fast-check');
  fc.configureGlobal({ seed: Number(process.env['CLUSTERMON_SEED'] ?? 1) });
}
