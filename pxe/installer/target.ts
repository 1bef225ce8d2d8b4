/** What the installer writes into the new system besides FAI's tasks: its machine id and the files that only this node has. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { InputError } from '../../base/errors.ts';
import type { Secrets } from './protocol.ts';

/**
 * Gives the new system the machine id of its order, also where a script has written another one: the agent's key is made for this one.
 * @param machineId 32 hexadecimal digits
 */
export function writeMachineId(target: string, machineId: string): void {
  writeFileSync(join(target, 'etc/machine-id'), `${machineId}\n`);
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
