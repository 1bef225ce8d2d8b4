/** The configuration of the whole appliance: which file, which sections, where the data is. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { agentSettings } from '../agent/settings.ts';
import { type ConfigOf, type ConfigProblem, configError, readConfig } from '../base/config-file.ts';
import { reasonOf } from '../base/errors.ts';
import { collectorSettings } from '../collector/settings.ts';
import { pxeSettings } from '../pxe/settings.ts';
import { variable } from './environment.ts';
import { CommandError, EXIT } from './exit.ts';

export const SECTIONS = { agent: agentSettings, collector: collectorSettings, pxe: pxeSettings };
export type Configuration = ConfigOf<typeof SECTIONS>;

/** Where the configuration is when nobody names a file. */
const SYSTEM_FILE = '/etc/clustermon/config.yaml';

export const ROOT = join(import.meta.dirname, '..');

export interface ConfigurationOptions {
  /** `--config`; otherwise CLUSTERMON_CONFIG, then /etc/clustermon/config.yaml if it is there. */
  readonly config?: string | undefined;
  /** `--data`; otherwise CLUSTERMON_DATA, then what the file says. */
  readonly data?: string | undefined;
}

/**
 * Reads the configuration; without a file everything is at its default.
 * @returns with the data folder of every section as an absolute path
 * @throws InputError `config-invalid` with every problem
 */
export function loadConfiguration(options: ConfigurationOptions): Configuration {
  const file = configurationFile(options);
  const { config, problems } = checkConfiguration(file);
  if (problems.length > 0) throw configError(file ?? '', problems);
  const data = options.data ?? variable('CLUSTERMON_DATA');
  const withData = <S extends { readonly data: string }>(settings: S): S => ({
    ...settings,
    data: resolve(data === undefined ? ROOT : '.', data ?? settings.data),
  });
  return {
    agent: withData(config.agent),
    collector: withData(config.collector),
    pxe: withData(config.pxe),
  };
}

/** The file that will be read, or undefined when there is none. */
export function configurationFile({ config }: ConfigurationOptions): string | undefined {
  const named = config ?? variable('CLUSTERMON_CONFIG');
  if (named !== undefined) return named;
  return existsSync(SYSTEM_FILE) ? SYSTEM_FILE : undefined;
}

export function checkConfiguration(file: string | undefined): {
  config: Configuration;
  problems: readonly ConfigProblem[];
} {
  return readConfig(file === undefined ? '' : readText(file), SECTIONS);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(EXIT.failed, `cannot read the configuration: ${reasonOf(error)}`);
  }
}
