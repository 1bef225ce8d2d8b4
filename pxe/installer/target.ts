/** What the installer writes into the new system besides FAI's tasks: its machine id and the files that only this node has. */
import { createHmac } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { InputError } from '../../base/errors.ts';
import type { Secrets } from './protocol.ts';

/** Application id of clustermon for machine-id(5), as the agent has it: both must come to the same agent id. */
const APPLICATION = Buffer.from('6f1c35a2d93b4c0e8a4be1f0a7715d26', 'hex');

/**
 * Gives the new system a machine id, unless a script has given it one, and says which agent id follows from it.
 * @param machineId and the result: 32 hexadecimal digits
 */
export function provideMachineId(target: string, machineId: string): string {
  const file = join(target, 'etc/machine-id');
  if (!/^[0-9a-f]{32}$/.test(readOrEmpty(file))) writeFileSync(file, `${machineId}\n`);
  const machine = Buffer.from(readOrEmpty(file), 'hex');
  const id = createHmac('sha256', machine).update(APPLICATION).digest().subarray(0, 16);
  return markRandom(id).toString('hex');
}

/** The bits that make 16 bytes a random UUID, as systemd sets them. RFC 9562 §5.4 */
function markRandom(bytes: Buffer): Buffer {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes;
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
