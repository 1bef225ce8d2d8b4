import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type ConnectOptions, connect } from '../client.ts';
import { configurationFile, loadConfiguration, ROOT } from '../configuration.ts';
import { CommandError, EXIT } from '../exit.ts';
import { note, print } from '../output.ts';
import { serviceUnit } from '../service-unit.ts';
import { type UpOptions, withUpOptions } from './up.ts';

const NAME = 'clustermon.service';
const UNIT_FILE = `/etc/systemd/system/${NAME}`;

type ServiceOptions = UpOptions & ConnectOptions;

export function register(program: Command): void {
  const service = program
    .command('service')
    .description('run the appliance at each boot, as a service of systemd')
    .addHelpText(
      'after',
      `
Examples:
  clustermon service install --agents eth0 --listen 0.0.0.0     from now on, with these options of \`up\`
  clustermon service show --pxe eth1                            only prints the unit
  journalctl -u clustermon -f                                   its log`,
    );
  withUpOptions(
    service
      .command('install')
      .description('start it now and at each boot; again with other options to change them'),
  ).action(async (_options: object, command: Command) => {
    await install(command.optsWithGlobals<ServiceOptions>());
  });
  withUpOptions(service.command('show').description('print the unit')).action(
    (_options: object, command: Command) =>
      print(unitOf(command.optsWithGlobals<ServiceOptions>())),
  );
  service
    .command('remove')
    .description('stop it, and do not start it any more; data stay')
    .action(() => {
      assertRoot();
      if (!existsSync(UNIT_FILE)) {
        throw new CommandError(EXIT.failed, `there is no service: ${UNIT_FILE} does not exist`);
      }
      systemctl('disable', '--now', NAME);
      rmSync(UNIT_FILE, { force: true });
      systemctl('daemon-reload');
      note('The service is removed; the data folder is as it was.');
    });
}

async function install(options: ServiceOptions): Promise<void> {
  assertRoot();
  if (!existsSync('/run/systemd/system')) {
    throw new CommandError(
      EXIT.failed,
      'systemd does not run this machine: start `clustermon up` by whatever does',
    );
  }
  const { data } = loadConfiguration(options).collector;
  const isChange = existsSync(UNIT_FILE);
  if (!isChange && (await runsAlready(options))) {
    throw new CommandError(
      EXIT.failed,
      `an appliance runs on ${data} already: stop it first (Ctrl-C where it was started)`,
    );
  }
  writeFileSync(UNIT_FILE, unitOf(options));
  systemctl('daemon-reload');
  systemctl('enable', NAME);
  systemctl('restart', NAME);
  note(
    `The appliance runs, and will at each boot; its data are in ${data}. \`journalctl -u clustermon -f\` is its log.`,
  );
}

/** Paths are made absolute: the service is started elsewhere. */
function unitOf(options: ServiceOptions): string {
  const config = configurationFile(options);
  const list = (option: string, values: readonly string[] = []) =>
    values.length > 0 ? [option, ...values] : [];
  return serviceUnit({
    program: join(ROOT, 'clustermon'),
    args: [
      ...list('--config', config === undefined ? [] : [resolve(config)]),
      ...['--data', loadConfiguration(options).collector.data, 'up'],
      ...list('--demo', options.demo === undefined ? [] : [String(options.demo)]),
      ...list('--listen', options.listen === undefined ? [] : [options.listen]),
      ...list('--agents', options.agents),
      ...list('--pxe', options.pxe),
    ],
  });
}

async function runsAlready(options: ConnectOptions): Promise<boolean> {
  const { config, data } = options;
  try {
    await connect({ config, data }).get('/api/status');
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === EXIT.unreachable) return false;
    throw error;
  }
}

function assertRoot(): void {
  if (process.getuid?.() !== 0)
    throw new CommandError(EXIT.notAllowed, 'services are set up by root: run it with sudo');
}

function systemctl(...args: readonly string[]): void {
  try {
    execFileSync('systemctl', args, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    const reason =
      error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new CommandError(EXIT.failed, `systemctl ${args.join(' ')}: ${reason}`);
  }
}
