import { dirname } from 'node:path';
import { InputError, reasonOf } from '../../base/errors.ts';
import { readTextFile } from '../alerts/text-file.ts';
import type { NotifyConfig } from './config.ts';
import { parseNotifyConfig } from './config-file.ts';
import { loadTemplates } from './template/template-files.ts';

/**
 * Reads a routing file and the template files that it names.
 * @throws InputError `routing-invalid` with every problem, each on a line with file, line and column
 */
export function loadRouting(file: string): NotifyConfig {
  let text: string;
  try {
    text = readTextFile(file);
  } catch (error) {
    throw new InputError('routing-invalid', `${file}: ${reasonOf(error)}`);
  }
  const { config, problems } = parseNotifyConfig(text, (patterns) =>
    loadTemplates(patterns, dirname(file)),
  );
  if (config) return config;
  throw new InputError(
    'routing-invalid',
    problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'),
  );
}
