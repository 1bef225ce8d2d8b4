import type { Command } from 'commander';
import { register as registerAck } from './alert-ack.ts';
import { register as registerAdd } from './alert-add.ts';
import { register as registerBacktest } from './alert-backtest.ts';
import { register as registerCheck } from './alert-check.ts';
import { register as registerExplain } from './alert-explain.ts';
import { register as registerExport } from './alert-export.ts';
import { register as registerHistory } from './alert-history.ts';
import { register as registerList } from './alert-list.ts';
import { register as registerRemove } from './alert-remove.ts';
import { register as registerShow } from './alert-show.ts';
import { register as registerTest } from './alert-test.ts';
import { register as registerTry } from './alert-try.ts';

/** `clustermon alert …`: rules, their alerts and tests. */
export function register(program: Command): void {
  const alert = program.command('alert').description('alert rules: write, test, watch');
  registerList(alert);
  registerShow(alert);
  registerAdd(alert);
  registerRemove(alert);
  registerAck(alert);
  registerHistory(alert);
  registerCheck(alert);
  registerTest(alert);
  registerTry(alert);
  registerExport(alert);
  registerExplain(alert);
  registerBacktest(alert);
}
