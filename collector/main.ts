/** The collector as a process. */
import { runDaemon } from '../base/daemon.ts';
import { startCollector } from './collector.ts';
import type { CollectorSettings } from './settings.ts';

if (import.meta.main) {
  await runDaemon('collector', (settings) => startCollector(settings as CollectorSettings));
}
