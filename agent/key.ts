import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentKey, agentKey } from '../base/authentication.ts';
import { InputError, reasonOf } from '../base/errors.ts';
import type { AgentSettings } from './settings.ts';

type KeySettings = Pick<AgentSettings, 'open' | 'keyFile' | 'secretFile' | 'data'>;

/**
 * The key of this agent: its own from `keyFile`, or derived from the cluster's secret.
 * @returns undefined when the cluster runs open
 * @throws InputError `key-missing` when the file cannot be read, `key-invalid` when it does not hold 64 hexadecimal digits
 */
export function readKey(settings: KeySettings, agent: string): AgentKey | undefined {
  if (settings.open) return undefined;
  if (settings.keyFile !== '') return new AgentKey(readHex(settings.keyFile, 'agent.keyFile'));
  const secretFile = settings.secretFile || join(settings.data, 'secret');
  return agentKey(readHex(secretFile, 'agent.secretFile'), agent);
}

function readHex(file: string, field: string): Uint8Array {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new InputError('key-missing', missing(file, field, error), { field, cause: error });
  }
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new InputError(
      'key-invalid',
      `${file} must hold 64 hexadecimal digits and nothing else`,
      {
        field,
      },
    );
  }
  return Buffer.from(text, 'hex');
}

function missing(file: string, field: string, error: unknown): string {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
    return `cannot read the key in ${file}: ${reasonOf(error)}`;
  }
  return field === 'agent.keyFile'
    ? `agent.keyFile: there is no file ${file}`
    : `there is no copy of the cluster's secret at ${file}. Copy the file secret out of the data folder of the appliance to it (\`clustermon up\` makes that one), or name a copy with --secret-file.`;
}
