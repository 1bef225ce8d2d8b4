import type { Command } from 'commander';
import type { PxeNode } from '../../wire/pxe.ts';
import { type Client, clientOf } from '../client.ts';
import { confirmByTyping } from '../confirm.ts';
import { CommandError, EXIT } from '../exit.ts';
import { followInstallation } from '../installation.ts';
import { fetchSelectedNodes } from '../machines.ts';
import { note, printJson } from '../output.ts';

interface ActionOptions {
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
}

interface Action {
  readonly name: 'approve' | 'install' | 'cancel' | 'retire';
  readonly description: string;
  /** What cannot be taken back; asked about before. */
  readonly warning?: (whom: string) => string;
  /** Whether there is an installation to wait for. */
  readonly installs: boolean;
  readonly done: string;
}

const erases = (whom: string) => `The disks of ${whom} will be erased.`;

const ACTIONS: readonly Action[] = [
  {
    name: 'approve',
    description: 'let discovered machines install; their disks are erased',
    warning: erases,
    installs: true,
    done: 'is approved: it installs when it next boots from the network, or now if it waits in the installer',
  },
  {
    name: 'install',
    description: 'install machines anew at their next boot; their disks are erased',
    warning: erases,
    installs: true,
    done: 'is armed: it installs at its next boot from the network',
  },
  {
    name: 'cancel',
    description: 'take an approval or installation back',
    installs: false,
    done: 'is no longer to be installed',
  },
  {
    name: 'retire',
    description: 'take machines out of service for good; they are never installed again',
    warning: (whom) =>
      `There is no way back for ${whom}: what is retired is never installed again.`,
    installs: false,
    done: 'is retired',
  },
];

export function register(node: Command): void {
  for (const action of ACTIONS) {
    const command = node
      .command(`${action.name} <nodes...>`)
      .description(action.description)
      .option('--json', 'print JSON');
    if (action.warning) command.option('--yes', 'do not ask');
    if (action.installs)
      command.option('--wait', 'until they are up or failed; shows how far each is');
    command.action(async (sets: string[], options: ActionOptions, self: Command) => {
      await act(clientOf(self), { action, sets, options });
    });
  }
}

async function act(
  client: Client,
  { action, sets, options }: { action: Action; sets: readonly string[]; options: ActionOptions },
): Promise<void> {
  const nodes = await fetchSelectedNodes(client, sets);
  if (action.warning) {
    const [only] = nodes;
    const isOne = nodes.length === 1 && only !== undefined;
    const question = action.warning(isOne ? only.name : `${nodes.length} machines`);
    await confirmByTyping(question, isOne ? only.name : String(nodes.length), options.yes ?? false);
  }
  const changed: PxeNode[] = [];
  const refused: string[] = [];
  for (const { name, macs } of nodes) {
    try {
      const path = `/api/pxe/nodes/${encodeURIComponent(macs[0] ?? name)}/${action.name}`;
      changed.push(await client.send<PxeNode>('POST', path));
      if (!options.json) note(`${name} ${action.done}.`);
    } catch (error) {
      // The others of a set still get theirs.
      if (!(error instanceof CommandError) || error.exitCode !== EXIT.failed) throw error;
      refused.push(error.message);
      note(error.message);
    }
  }
  if (options.wait && changed.length > 0) {
    await followInstallation(
      client,
      changed.map((node) => node.id),
    );
  }
  if (options.json) printJson(changed);
  if (refused.length > 0) {
    throw new CommandError(EXIT.failed, `${refused.length} of ${nodes.length} were refused`);
  }
}
