import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { damageOf } from '../../base/sqlite.ts';
import { durationText } from '../../collector/archive/duration.ts';
import { layoutArchives } from '../../collector/archive/layout.ts';
import { backupFolder, databasesIn, restoreFolder } from '../../collector/store/backup.ts';
import { checkSamples, type Damage } from '../../collector/store/check.ts';
import { measureSamples, planArchives, planTotal } from '../../collector/store/plan.ts';
import { type ConfigurationOptions, loadConfiguration } from '../configuration.ts';
import { CommandError, EXIT } from '../exit.ts';
import { formatTable, note, print, printJson } from '../output.ts';

/** What is done to the archives of this machine's data folder, without asking the appliance. */
export function register(program: Command): void {
  const store = program
    .command('store')
    .description('the archives of samples: size, soundness, copies')
    .addHelpText(
      'after',
      `
Examples:
  clustermon store plan --hosts 1000 --metrics 150     how large samples.db becomes
  clustermon store check                               read every page and block
  clustermon store backup /backup/monday               all that people decided, too, while the appliance runs
  clustermon store restore /backup/monday              while it does not`,
    );
  registerPlan(store);
  registerCheck(store);
  registerBackup(store);
}

function settingsOf(command: Command) {
  const { data, archives } = loadConfiguration(
    command.optsWithGlobals<ConfigurationOptions>(),
  ).collector;
  return { data, file: join(data, 'samples.db'), archives: layoutArchives(archives) };
}

interface PlanOptions {
  readonly hosts?: number;
  readonly metrics?: number;
  readonly json?: boolean;
}

function registerPlan(store: Command): void {
  store
    .command('plan')
    .description('how large the archives become; without options for the hosts that there are')
    .option('--hosts <count>', 'hosts', wholeNumber('--hosts'))
    .option('--metrics <count>', 'series of one host', wholeNumber('--metrics'))
    .option('--json', 'print JSON')
    .action(({ hosts, metrics, json }: PlanOptions, command: Command) => {
      const { file, archives } = settingsOf(command);
      const asked = hosts !== undefined || metrics !== undefined;
      const measured = existsSync(file) ? measureSamples(file, archives) : undefined;
      const population = {
        hosts: hosts === undefined ? (measured?.population.hosts ?? 1) : hosts + 1,
        seriesPerHost: metrics ?? measured?.population.seriesPerHost ?? 0,
      };
      const plans = planArchives(archives, population, asked ? [] : measured?.blockBytes);
      const bytes = planTotal(plans, population);
      const fileBytes = existsSync(file) ? statSync(file).size : 0;
      if (json) {
        const rows = plans.map(({ archive, blocks, bytes: size }) => ({
          ...archive,
          blocks,
          bytes: size,
        }));
        return printJson({ ...population, archives: rows, bytes, fileBytes });
      }
      const rows = plans.map(({ archive, blocks, bytes: size }) => [
        archive.name,
        durationText(archive.keepSeconds),
        blocks,
        sizeText(size),
      ]);
      print(formatTable(['STEP', 'KEPT', 'BLOCKS', 'SIZE'], rows));
      note(`samples.db: ${sizeText(bytes)} when all of it is in use, ${sizeText(fileBytes)} now`);
    });
}

function registerCheck(store: Command): void {
  store
    .command('check')
    .argument('[file]', 'sample database or backup; otherwise the one of the data folder')
    .description('read every page and block, and name what is damaged')
    .option('--json', 'print JSON')
    .action((named: string | undefined, { json }: { json?: boolean }, command: Command) => {
      const file = named === undefined ? settingsOf(command).file : samplesOf(named);
      if (named !== undefined && !existsSync(file)) {
        throw new CommandError(EXIT.failed, `there is no ${file}`);
      }
      const { hosts, blocks, damages: inSamples } = checkSamples(file);
      const damages = [...inSamples, ...damagesBeside(file)];
      if (json) printJson({ hosts, blocks, damages });
      else for (const { where, what } of damages) print(`${where}: ${what}\n`);
      if (damages.length > 0) {
        throw new CommandError(
          EXIT.failed,
          `${dirname(file)}: ${damages.length === 1 ? 'one damage' : `${damages.length} damages`}. \`clustermon store restore FOLDER\` brings a backup back.`,
        );
      }
      note(`${file}: ${blocks} blocks of ${hosts} hosts, no damage`);
    });
}

/** Of the other databases of a data folder or backup. */
function damagesBeside(file: string): Damage[] {
  const folder = dirname(file);
  if (basename(file) !== 'samples.db' || !existsSync(folder)) return [];
  const others = databasesIn(folder).filter((name) => name !== basename(file));
  return others.flatMap((name) => {
    const what = damageOf(join(folder, name));
    return what === undefined ? [] : [{ where: name, what }];
  });
}

function registerBackup(store: Command): void {
  store
    .command('backup <folder>')
    .description(
      'copy samples, rules, alerts, tokens, machines and keys, also while the appliance runs',
    )
    .action(async (to: string, _options: object, command: Command) => {
      await backupFolder(settingsOf(command).data, to, (share) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${Math.round(share * 100)} % `);
      });
      for (const name of readdirSync(to)) {
        note(`${join(to, name)}: ${sizeText(statSync(join(to, name)).size)}`);
      }
    });

  store
    .command('restore <folder>')
    .description(
      'put a backup in the place of what the data folder holds; the appliance must not run',
    )
    .action((from: string, _options: object, command: Command) => {
      const before = restoreFolder(from, settingsOf(command).data, Date.now());
      note(`restored ${from}${before === undefined ? '' : `; what was there is now in ${before}`}`);
    });
}

function samplesOf(named: string): string {
  const isFolder = statSync(named, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? join(named, 'samples.db') : named;
}

function wholeNumber(option: string): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new CommandError(EXIT.usage, `${option} "${text}": a whole number above 0 is wanted`);
  };
}

function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
