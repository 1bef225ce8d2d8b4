/** The collector as a process. Always runs: whoever wants the function imports `collector.ts`. */
import { runDaemon } from '../base/daemon.ts';
import { startCollector } from './collector.ts';
import type { CollectorSettings } from './settings.ts';

await runDaemon('collector', (settings) => startCollector(settings as CollectorSettings));
