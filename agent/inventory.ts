import { execFile } from 'node:child_process';
import type { Labels } from '../wire/metric.ts';

/** A hung disk or a slow name server must not keep the child for ever. */
const LIMIT_MS = 30_000;
const OUTPUT_MAX = 256 * 1024;

/** The argument with which the agent's entry point prints the inventory and ends. */
export const INVENTORY_ARGUMENT = 'inventory';

/**
 * Takes the hardware inventory in a child process.
 * @param entryPoint the agent's own file, which the child runs with `INVENTORY_ARGUMENT`
 * @throws when the child fails, takes too long or prints no JSON
 */
export function takeInventory(entryPoint: string, signal: AbortSignal): Promise<Labels> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: OUTPUT_MAX,
      signal,
    } as const;
    execFile(process.execPath, [entryPoint, INVENTORY_ARGUMENT], options, (error, output) => {
      if (error) reject(error);
      else resolve(JSON.parse(output) as Labels);
    });
  });
}
