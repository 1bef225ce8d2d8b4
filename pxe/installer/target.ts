/** What the installer writes into the new system besides FAI's tasks: its machine id and the files that only this node has. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { agentIdOf } from '../../base/agent-id.ts';
import { InputError } from '../../base/errors.ts';
import type { Secrets } from './protocol.ts';

/**
 * Gives the new system a machine id, unless a script has given it one, and says which agent id follows from it.
 * @param machineId and the result: 32 hexadecimal digits
 */
export function provideMachineId(target: string, machineId: string): string {
  const file = join(target, 'etc/machine-id');
  if (!/^[0-9a-f]{32}$/.test(readOrEmpty(file))) writeFileSync(file, `${machineId}\n`);
  return agentIdOf(Buffer.from(readOrEmpty(file), 'hex')).toString('hex');
}

/** @throws InputError `secret-path` for a path that leaves the new system */
export function writeSecrets(target: string, secrets: Secrets): void {
  for (const { path, mode, content } of secrets.files) {
    const inside = normalize(`/${path}`);
    if (inside !== path) throw new InputError('secret-path', `${path} is no plain absolute path`);
    const file = join(target, inside);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.from(content, 'base64'), { mode: 0o600 });
    chmodSync(file, Number.parseInt(mode, 8));
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
