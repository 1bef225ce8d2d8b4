import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { Setting } from '../../base/config.ts';
import { configError } from '../../base/config-file.ts';
import { InputError } from '../../base/errors.ts';
import { loadRules } from '../../collector/alerts/rule-loader.ts';
import { layoutArchives } from '../../collector/archive/layout.ts';
import { loadRouting } from '../../collector/notify/routing-loader.ts';
import {
  type Configuration,
  type ConfigurationOptions,
  checkConfiguration,
  configurationFile,
  loadConfiguration,
  SECTIONS,
} from '../configuration.ts';
import { CommandError, EXIT } from '../exit.ts';
import { note, print, printJson } from '../output.ts';

export function register(program: Command): void {
  const config = program.command('config').description('check or show the configuration');

  config
    .command('check')
    .argument('[file]', 'configuration file')
    .description('find every mistake in a configuration file, its rule files and its routing file')
    .action((file: string | undefined, _options, command: Command) => {
      const options = command.optsWithGlobals<ConfigurationOptions>();
      const path = file ?? configurationFile(options);
      if (path === undefined) {
        note('no configuration file: everything is at its default (clustermon config show)');
        return;
      }
      const { config: settings, problems } = checkConfiguration(path);
      if (problems.length > 0) {
        throw new CommandError(EXIT.failed, configError(path, problems).message);
      }
      const found = [
        ...archiveProblems(settings.collector.archives),
        ...alertingProblems(settings.collector),
      ];
      if (found.length > 0) throw new CommandError(EXIT.failed, found.join('\n'));
      note(`${path}: no problems`);
    });

  config
    .command('show')
    .option('--json', 'print one JSON document')
    .description('show every setting, its value and what it means')
    .action((options: { json?: boolean }, command: Command) => {
      const configuration = loadConfiguration(command.optsWithGlobals<ConfigurationOptions>());
      if (options.json) printJson(configuration);
      else print(describe(configuration));
    });
}

/** What is wrong with archives that are right one by one: they must fit each other. */
export function archiveProblems(archives: readonly string[]): readonly string[] {
  try {
    layoutArchives(archives);
    return [];
  } catch (error) {
    if (error instanceof InputError) return [`collector.archives: ${error.message}`];
    throw error;
  }
}

/** What is wrong in rule files and the routing file, each with file, line and column. */
export function alertingProblems({
  ruleFiles,
  routingFile,
}: Pick<Configuration['collector'], 'ruleFiles' | 'routingFile'>): readonly string[] {
  const { problems } = loadRules(ruleFiles, false);
  try {
    if (routingFile !== '') loadRouting(routingFile);
    return problems;
  } catch (error) {
    if (error instanceof InputError) return [...problems, error.message];
    throw error;
  }
}

/** YAML that can be used as a configuration file, with the meaning of each key as a comment. */
function describe(
  configuration: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): string {
  return Object.entries(SECTIONS)
    .map(([name, section]) => {
      const lines = Object.entries<Setting<unknown>>(section).map(([key, setting]) => {
        const value = stringify(
          { [key]: configuration[name]?.[key] },
          { flowCollectionPadding: false, collectionStyle: 'flow' },
        );
        return `  # ${setting.doc}\n  ${value.trim().replace(/^\{ ?(.*?) ?\}$/s, '$1')}\n`;
      });
      return `${name}:\n${lines.join('')}`;
    })
    .join('\n');
}
