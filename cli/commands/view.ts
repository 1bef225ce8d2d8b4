import type { Command } from 'commander';
import { register as registerCheck } from './view-check.ts';
import { register as registerImport } from './view-import.ts';
import { register as registerList } from './view-list.ts';
import { register as registerShow } from './view-show.ts';

/** `clustermon view …`: named dashboards. */
export function register(program: Command): void {
  const view = program
    .command('view')
    .description('views: named dashboards as YAML files (docs/views.md)');
  registerList(view);
  registerShow(view);
  registerCheck(view);
  registerImport(view);
}
