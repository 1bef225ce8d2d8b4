import { existsSync, readFileSync, rmSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { defaultsOf } from '../../base/config.ts';
import { openLog } from '../../base/log.ts';
import { collectorSettings } from '../../collector/settings.ts';
import { lockFolder } from '../../collector/store/lock.ts';
import { demoSettings } from '../../demo/settings.ts';
import { isMulticast } from '../../wire/address.ts';
import type { ServerFile } from '../../wire/http.ts';
import {
  type Configuration,
  type ConfigurationOptions,
  loadConfiguration,
} from '../configuration.ts';
import { agentDaemon, collectorDaemon, demoDaemon, pxeDaemon } from '../daemons.ts';
import { CommandError, EXIT } from '../exit.ts';
import { note } from '../output.ts';
import { ensureSecret } from '../secret.ts';
import { type DaemonSpec, superviseDaemons } from '../supervisor.ts';
import { parseAs } from './setting-option.ts';

export interface UpOptions extends ConfigurationOptions {
  readonly demo?: number;
  readonly listen?: string;
  readonly agents?: readonly string[];
  readonly pxe?: readonly string[];
}

const DEMO_HOSTS_MAX = 20_000;
const LOOPBACK = '127.0.0.1';
const LOOPBACK_SIX = '::1';

export function register(program: Command): void {
  withUpOptions(
    program
      .command('up')
      .description('run the appliance: this host is monitored, the page is served'),
  )
    .addHelpText(
      'after',
      `
Examples:
  clustermon up                               this host, page on http://127.0.0.1:8640
  clustermon up --demo 200                    and two hundred simulated hosts
  clustermon up --agents eth0                 and every agent on eth0's network
  clustermon up --pxe eth0                    and new machines there are installed`,
    )
    .action(async (_options: UpOptions, command: Command) => {
      await up(command.optsWithGlobals<UpOptions>());
    });
}

/** The options of `up`, which its service has as well. */
export function withUpOptions(command: Command): Command {
  return command
    .option('--demo <hosts>', 'add that many simulated hosts, to look around', parseHosts)
    .option(
      '--listen <address>',
      'address of the page and API (default: 127.0.0.1)',
      parseAs(collectorSettings.listen),
    )
    .option(
      '--agents <interface...>',
      'network interfaces on which agents of other machines are heard',
    )
    .option(
      '--pxe <interface...>',
      'network interfaces on which new machines are booted and installed',
    );
}

async function up(options: UpOptions): Promise<void> {
  const configuration = withOptions(loadConfiguration(options), options);
  const secretFile = ensureSecret(configuration.collector.data);
  forgetDeadCollector(configuration.collector.data);
  const log = openLog('up');
  const supervisor = superviseDaemons(daemonsOf(configuration, options, secretFile), {
    log,
    clock: systemClock,
    nodePath: process.execPath,
  });
  const stopped = new Promise<string>((resolve) => {
    process.once('SIGINT', () => resolve('SIGINT'));
    process.once('SIGTERM', () => resolve('SIGTERM'));
  });
  const cancelGreeting = greetWhenReady(configuration.collector.data);
  const reason = await Promise.race([
    stopped,
    supervisor.failed.then((name) => ({ failed: name })),
  ]);
  cancelGreeting();
  await supervisor.close();
  if (typeof reason === 'object') {
    throw new CommandError(
      EXIT.failed,
      `the ${reason.failed} could not be started; its last log line says why. \`clustermon doctor\` checks this machine.`,
    );
  }
  log.info('stopped', { reason });
}

/** What the daemons get: the configuration, the options, and what follows from both. */
export function withOptions(configuration: Configuration, options: UpOptions): Configuration {
  const { agent, collector, pxe } = configuration;
  const booted = options.pxe ?? pxe.interfaces;
  const heard = options.agents ?? collector.interfaces;
  return {
    agent: agent.interface === '' ? { ...agent, ...byLoopback(agent) } : agent,
    collector: {
      ...collector,
      listen: options.listen ?? collector.listen,
      // Machines that are installed on a network are heard there.
      interfaces: heard.includes('all') ? heard : [...new Set([...heard, ...booted])],
    },
    pxe: { ...pxe, interfaces: booted, agentPort: collector.port },
  };
}

/** The collector beside it always hears loopback, whichever networks it hears besides. There is no IPv6 multicast on loopback. */
function byLoopback({ group }: Configuration['agent']): Partial<Configuration['agent']> {
  return isIPv6(group) && isMulticast(group) ? { group: LOOPBACK_SIX } : { interface: LOOPBACK };
}

function daemonsOf(
  { agent, collector, pxe }: Configuration,
  { demo }: UpOptions,
  secretFile: string,
): DaemonSpec[] {
  const daemons = [collectorDaemon(collector), agentDaemon(agent)];
  if (pxe.interfaces.length > 0) daemons.push(pxeDaemon(pxe));
  if (demo !== undefined) {
    const { group, port } = agent;
    daemons.push(demoDaemon({ ...defaultsOf(demoSettings), hosts: demo, group, port, secretFile }));
  }
  return daemons;
}

/**
 * What a collector that was killed left behind must not be taken for the new one's; that of one which runs stays.
 * @throws InputError `data-locked` when one runs
 */
function forgetDeadCollector(dataFolder: string): void {
  const unlock = lockFolder(dataFolder);
  rmSync(serverFile(dataFolder), { force: true });
  unlock();
}

function serverFile(dataFolder: string): string {
  return join(dataFolder, 'server.json');
}

/** Says where the page is as soon as it is served. */
function greetWhenReady(dataFolder: string): () => void {
  const file = serverFile(dataFolder);
  const timer = setInterval(() => {
    if (!existsSync(file)) return;
    clearInterval(timer);
    const { url } = JSON.parse(readFileSync(file, 'utf8')) as ServerFile;
    note(
      `\n  clustermon runs: ${url}\n  Ctrl-C stops it. Another machine: docs/monitoring.md, or \`clustermon agent install --help\`\n`,
    );
  }, 100);
  return () => clearInterval(timer);
}

function parseHosts(text: string): number {
  const hosts = Number(text);
  if (Number.isInteger(hosts) && hosts >= 1 && hosts <= DEMO_HOSTS_MAX) return hosts;
  throw new InvalidArgumentError(`a whole number from 1 to ${DEMO_HOSTS_MAX} is wanted.`);
}
