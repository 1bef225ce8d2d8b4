import { type Command, InvalidArgumentError } from 'commander';
import type { PxeNode, Quirks } from '../../wire/pxe.ts';
import { clientOf } from '../client.ts';
import { CommandError, EXIT } from '../exit.ts';
import { fetchSelectedNodes } from '../machines.ts';
import { note, printJson } from '../output.ts';

interface AssignOptions {
  readonly name?: string;
  readonly class?: readonly string[];
  readonly address?: string;
  readonly rack?: string;
  readonly unit?: number;
  readonly quirk?: Quirks;
  readonly json?: boolean;
}

export function register(node: Command): void {
  withAssignment(
    node
      .command('add <name>')
      .description('enter a machine before its first boot')
      .requiredOption('--mac <address...>', 'MAC address of each network card'),
  ).action(async (name: string, options: AssignOptions & { mac: string[] }, command: Command) => {
    const body = { ...assignmentOf(options), name, macs: options.mac };
    const added = await clientOf(command).send<PxeNode>('POST', '/api/pxe/nodes', body);
    if (options.json) printJson(added);
    else note(`${added.name} is entered: it waits for its first boot, and for approval.`);
  });

  withAssignment(
    node
      .command('assign <nodes...>')
      .description('say which classes, place, address and quirks nodes have')
      .option('--name <name>', 'new name, for one node'),
  ).action(async (sets: string[], options: AssignOptions, command: Command) => {
    const client = clientOf(command);
    const body = assignmentOf(options);
    if (Object.keys(body).length === 0) {
      throw new CommandError(
        EXIT.usage,
        'nothing to assign: add --class, --rack, --unit, --address, --name or --quirk',
      );
    }
    const nodes = await fetchSelectedNodes(client, sets);
    if (nodes.length > 1 && (body.name ?? body.address ?? body.unit) !== undefined) {
      throw new CommandError(
        EXIT.usage,
        `--name, --address and --unit are for one node, not ${nodes.length}`,
      );
    }
    const changed: PxeNode[] = [];
    for (const { id, name, macs, quirks } of nodes) {
      const merged = body.quirks ? { ...body, quirks: { ...quirks, ...body.quirks } } : body;
      const path = `/api/pxe/nodes/${encodeURIComponent(macs[0] ?? name)}`;
      changed.push(await client.send<PxeNode>('PATCH', path, merged));
      if (!options.json)
        note(`${name}${body.name ? ` is now ${body.name}` : ''}: assigned (node ${id}).`);
    }
    if (options.json) printJson(changed);
  });
}

function withAssignment(command: Command): Command {
  return command
    .option('--class <name...>', 'classes, lowest priority first; replaces those before')
    .option('--address <ip>', 'IPv4 address reserved for it')
    .option('--rack <name>', 'rack')
    .option('--unit <number>', 'rack unit', wholeNumber)
    .option(
      '--quirk <key=value...>',
      'what its firmware needs, such as noVendorClass=true or tftpBlockSizeMax=1024',
      addQuirk,
    )
    .option('--json', 'print JSON');
}

function assignmentOf({ name, class: classes, address, rack, unit, quirk }: AssignOptions) {
  return {
    ...(name !== undefined && { name }),
    ...(classes && { classes: classes.flatMap((one) => one.split(',')) }),
    ...(address !== undefined && { address }),
    ...(rack !== undefined && { rack }),
    ...(unit !== undefined && { unit }),
    ...(quirk && { quirks: quirk }),
  };
}

function wholeNumber(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('wanted is a whole number.');
  return Number(text);
}

/** Reads `NAME=VALUE`, or `NAME` for `NAME=true`; the appliance knows the names. */
export function addQuirk(text: string, before: Quirks = {}): Quirks {
  const [, key = '', value = 'true'] = /^(\w+)(?:=(true|false|\d+))?$/.exec(text) ?? [];
  if (key === '') throw new InvalidArgumentError('wanted is NAME=true, NAME=false or NAME=NUMBER.');
  return { ...before, [key]: /^\d/.test(value) ? Number(value) : value === 'true' };
}
