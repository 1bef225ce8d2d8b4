/** Provisioning as a process. Always runs: whoever wants the function imports `pxe.ts`. */
import { runDaemon } from '../base/daemon.ts';
import { startPxe } from './pxe.ts';
import type { PxeSettings } from './settings.ts';

await runDaemon('pxe', (settings) => startPxe(settings as PxeSettings));
