import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { agentSettings } from '../../agent/settings.ts';
import { buildAgentPackage } from '../../pxe/image/agent-package.ts';
import type { HostList } from '../../wire/http.ts';
import { installAgent } from '../agent-installer.ts';
import { type Client, clientOf } from '../client.ts';
import { type ConfigurationOptions, loadConfiguration } from '../configuration.ts';
import { CommandError, EXIT } from '../exit.ts';
import { parseLabels } from '../labels.ts';
import { expandNames } from '../node-set.ts';
import { note, printJson } from '../output.ts';
import { ensureSecret } from '../secret.ts';
import { parseAs } from './setting-option.ts';

/** Machines worked on at once. */
const AT_ONCE = 8;
/** From the start of an agent until the appliance must have heard it. */
const HEARD_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 500;

interface InstallOptions extends ConfigurationOptions {
  readonly group?: string;
  readonly label?: readonly string[];
  readonly json?: boolean;
}

interface Outcome {
  readonly target: string;
  readonly agent?: string;
  /** The name under which the appliance hears it. */
  readonly host?: string;
  readonly error?: string;
}

export function register(agent: Command): void {
  agent
    .command('install <machines...>')
    .description('install the agent by ssh on machines that run already, or bring it up to date')
    .option(
      '--group <address>',
      'address of this appliance, where multicast does not get through',
      parseAs(agentSettings.group),
    )
    .option('--label <name=value...>', 'labels of the machines, such as rack=r07')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Run it on the appliance; \`ssh MACHINE\` must work, as root or as a user with sudo. The machines get the Debian package clustermon-agent and a key of their
own. Running it again is safe: it brings agents up to date and keeps settings that were made on the machine.

Examples:
  clustermon agent install root@n001
  clustermon agent install n[001-032] --label rack=r07
  clustermon agent install n001 --group 10.0.0.1        datagrams go to this address instead of the multicast group`,
    )
    .action(async (machines: string[], _options: object, command: Command) => {
      await install(
        machines.flatMap(expandNames),
        command.optsWithGlobals<InstallOptions>(),
        clientOf(command),
      );
    });
}

async function install(
  targets: readonly string[],
  options: InstallOptions,
  client: Client,
): Promise<void> {
  const { agent, collector } = loadConfiguration(options);
  const secretFile = ensureSecret(collector.data);
  const { file } = await buildAgentPackage(join(collector.data, 'packages'));
  const installer = {
    file,
    secret: collector.open
      ? undefined
      : Buffer.from(readFileSync(secretFile, 'utf8').trim(), 'hex'),
    defaults: { group: agent.group },
    settings: {
      ...(options.group !== undefined && { group: options.group }),
      port: collector.port,
      labels: parseLabels(options.label ?? []),
    },
    asks: targets.length === 1,
  };
  const waiting = [...targets];
  const outcomes: Outcome[] = [];
  const work = async () => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      note(`${target}: installing …`);
      const outcome = await installAgent(target, installer).then(
        (id) => hear(client, target, id),
        (error: unknown) => failed(target, error),
      );
      note(`${target}: ${outcome.error ?? `its agent runs, and is heard as ${outcome.host}`}`);
      outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (options.json) printJson(outcomes);
  const wrong = outcomes.filter(({ error }) => error !== undefined).map(({ target }) => target);
  note(`${outcomes.length - wrong.length} installed, ${wrong.length} failed`);
  if (wrong.length > 0) {
    throw new CommandError(
      EXIT.failed,
      `not done: ${wrong.join(' ')}. Run the same command again for these.`,
    );
  }
}

/** @throws what is no CommandError: a mistake of ours */
function failed(target: string, error: unknown): Outcome {
  if (!(error instanceof CommandError)) throw error;
  return { target, error: error.message };
}

/** Waits for the first datagram of an agent that has just been started. */
async function hear(client: Client, target: string, agent: string): Promise<Outcome> {
  const { nowMs } = await client.get<HostList>('/api/hosts');
  for (let passedMs = 0; passedMs < HEARD_WITHIN_MS; passedMs += LOOK_EVERY_MS) {
    const { hosts } = await client.get<HostList>('/api/hosts');
    const host = hosts.find(({ id, lastSeenMs }) => id === agent && lastSeenMs > nowMs);
    // Its name comes with its first schema.
    if (host && host.seriesCount > 0) return { target, agent, host: host.name };
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return {
    target,
    agent,
    error: `its agent is installed, but nothing was heard of it for ${HEARD_WITHIN_MS / 1000} s. Does the appliance listen there (clustermon up --agents IFACE)? Where multicast does not get through, add --group with the appliance's address`,
  };
}
