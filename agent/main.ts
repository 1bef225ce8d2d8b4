/** The agent as a process. Always runs: whoever wants the function imports `agent.ts`. */
import { fileURLToPath } from 'node:url';
import { runDaemon } from '../base/daemon.ts';
import { startAgent } from './agent.ts';
import { collectGarbage } from './garbage.ts';
import { INVENTORY_ARGUMENT, takeInventory } from './inventory.ts';
import type { AgentSettings } from './settings.ts';

if (process.argv[2] === INVENTORY_ARGUMENT) {
  const { readHardware } = await import('./hardware.ts');
  process.stdout.write(JSON.stringify(await readHardware()));
} else {
  const inventory = (signal: AbortSignal) => takeInventory(fileURLToPath(import.meta.url), signal);
  await runDaemon('agent', (settings) =>
    startAgent(settings as AgentSettings, { inventory, collectGarbage }),
  );
}
