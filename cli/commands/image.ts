import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { defineClasses } from '../../pxe/classes/class-list.ts';
import { packageSources } from '../../pxe/image/sources.ts';
import { Workshop } from '../../pxe/image/workshop.ts';
import { ARCHITECTURES, type Architecture } from '../../wire/pxe.ts';
import { type ConfigurationOptions, loadConfiguration } from '../configuration.ts';
import { CommandError, EXIT } from '../exit.ts';
import { formatTable, note, print, printJson } from '../output.ts';
import { readClasses } from './profile-options.ts';

interface BuildOptions {
  readonly space?: string;
  readonly host?: string;
  readonly classes?: readonly string[];
  readonly add?: readonly string[];
  readonly architecture?: Architecture;
  readonly force?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

export function register(program: Command): void {
  const image = program
    .command('image')
    .description('build and look after the images that machines are installed from');
  registerBuild(image);
  image
    .command('list')
    .description('list the images on this appliance, newest first')
    .option('--json', 'one JSON document')
    .action((options: { json?: boolean }, command: Command) => {
      const images = workshop(command).images.list();
      if (options.json) return printJson({ images });
      const rows = images.map((one) => [
        one.id,
        one.suite,
        one.architecture,
        one.packages,
        Math.round(one.sizeBytes / 1024 ** 2),
        new Date(one.builtMs).toISOString().slice(0, 19),
        one.classes.join(' '),
      ]);
      print(formatTable(['IMAGE', 'SUITE', 'CPU', 'PACKAGES', 'MIB', 'BUILT', 'CLASSES'], rows));
    });
  image
    .command('show <id>')
    .description('show the signed description of an image')
    .action((id: string, _options: object, command: Command) =>
      printJson(workshop(command).images.manifest(id)),
    );
  image
    .command('verify [id...]')
    .description('read images again and compare each part with what was signed')
    .action(async (ids: string[], _options: object, command: Command) => {
      const { images } = workshop(command);
      const all = ids.length > 0 ? ids : images.list().map((one) => one.id);
      for (const id of all) print(`${(await images.verify(id)).id}: sound\n`);
    });
  image
    .command('remove <id...>')
    .description('remove images; one that is needed is built again')
    .action((ids: string[], _options: object, command: Command) => {
      const { images } = workshop(command);
      for (const id of ids) images.remove(id);
    });
}

function registerBuild(image: Command): void {
  image
    .command('build')
    .description('build the image of a class list, unless it is there')
    .option('--space <dir>', 'the config space (default: pxe.space of the configuration)')
    .option('--host <name>', 'the classes that the config space defines for this host')
    .option('--classes <list>', 'a class list, with commas, in place of --host', readClasses)
    .option('--add <list>', 'further classes, with commas', readClasses)
    .addOption(
      new Option(
        '--architecture <name>',
        'processor of the machines (default: of this one)',
      ).choices(ARCHITECTURES),
    )
    .option('--force', 'build it even if it is there')
    .option('--verbose', 'print what the tools say')
    .option('--json', 'one JSON document')
    .action(async (options: BuildOptions, command: Command) => {
      const made = workshop(command, options);
      const classes = await classesOf(options, command);
      const recipe = await made.shelf.recipe(classes, options.architecture);
      if (made.images.has(recipe.id) && !options.force) note(`${recipe.id} is there already`);
      else await made.shelf.build(recipe);
      const manifest = made.images.manifest(recipe.id);
      if (options.json) printJson(manifest);
      else print(`${manifest.id}  ${manifest.sizeBytes} bytes  ${manifest.sha256}\n`);
    });
}

async function classesOf(options: BuildOptions, command: Command): Promise<readonly string[]> {
  const { host, classes, add = [] } = options;
  if (classes) return ['DEFAULT', ...classes, ...add, 'LAST'];
  if (host === undefined) throw new CommandError(EXIT.usage, 'give --host or --classes');
  const defined = await defineClasses({ space: spaceOf(command, options), host, assigned: add });
  return defined.classes.map((one) => one.name);
}

function spaceOf(command: Command, { space }: BuildOptions): string {
  const found =
    space ?? loadConfiguration(command.optsWithGlobals<ConfigurationOptions>()).pxe.space;
  if (found === '') throw new CommandError(EXIT.usage, 'give --space, or set pxe.space');
  const folder = resolve(found);
  if (existsSync(join(folder, 'class'))) return folder;
  throw new CommandError(EXIT.failed, `${folder} is no config space: it has no folder class/`);
}

function workshop(command: Command, options?: BuildOptions): Workshop {
  const begunMs = Date.now();
  const { pxe } = loadConfiguration(command.optsWithGlobals<ConfigurationOptions>());
  return new Workshop({
    data: pxe.data,
    space: options ? spaceOf(command, options) : pxe.space,
    sources: packageSources(pxe),
    installerPackages: pxe.installerPackages,
    clock: systemClock,
    onStep: (id, { step, percent }) => {
      const seconds = Math.round((Date.now() - begunMs) / 1000);
      note(`${seconds} s  ${id}: ${step}, ${percent} %`);
    },
    ...(options?.verbose && { onLine: note }),
  });
}
