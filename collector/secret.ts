import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, reasonOf } from '../base/errors.ts';
import type { CollectorSettings } from './settings.ts';

/**
 * The cluster's secret, by which agents are told from strangers.
 * @returns 32 bytes; undefined when the cluster runs open and has none
 * @throws InputError `key-missing`, `key-invalid`
 */
export function readSecret(
  settings: Pick<CollectorSettings, 'data' | 'secretFile' | 'open'>,
): Uint8Array | undefined {
  const file = settings.secretFile || join(settings.data, 'secret');
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (settings.open) return undefined;
    throw new InputError(
      'key-missing',
      `cannot read the cluster's secret in ${file} (${reasonOf(error)}). \`clustermon collector\` makes one, collector.secretFile names another file, collector.open runs without.`,
      { field: 'collector.secretFile', cause: error },
    );
  }
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  throw new InputError('key-invalid', `${file} must hold 64 hexadecimal digits and nothing else`, {
    field: 'collector.secretFile',
  });
}
