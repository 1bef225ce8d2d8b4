import type { Command } from 'commander';
import { register as registerCheck } from './alert-check.ts';
import { register as registerTest } from './alert-test.ts';

/** `clustermon alert …`: rules, their alerts and tests. */
export function register(program: Command): void {
  const alert = program.command('alert').description('alert rules: write, test, watch');
  registerCheck(alert);
  registerTest(alert);
}
