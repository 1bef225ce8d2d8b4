import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { reasonOf } from '../../base/errors.ts';
import { type ReplayedPacket, replay } from '../../pxe/dhcp/replay.ts';
import { type Ipv4, parseIpv4 } from '../../wire/address.ts';
import { CommandError, EXIT } from '../exit.ts';
import { print, printJson } from '../output.ts';

interface ReplayOptions {
  readonly mode: 'proxy' | 'server';
  readonly address?: Ipv4;
  readonly json?: boolean;
}

export function register(boot: Command): void {
  boot
    .command('replay <file>')
    .description('feed the client packets of a recording to the responder and print its answers')
    .addOption(
      new Option('--mode <mode>', 'which responder')
        .choices(['proxy', 'server'])
        .makeOptionMandatory(),
    )
    .option(
      '--address <ip>',
      'address of the responder (default: the one that the client talks to)',
      address,
    )
    .option('--json', 'print JSON: fields and bytes of each answer')
    .action((file: string, { mode, address: own, json }: ReplayOptions) => {
      const result = replay(readText(file), mode, own);
      if (json) printJson(result);
      else print(result.packets.map(describe).join('\n'));
    });
}

function describe({ line, t, port, request, outcome, text, answers }: ReplayedPacket): string {
  const head = `line ${line}, ${t.toFixed(3)} s: ${request?.type ?? 'unreadable'} from ${request?.chaddr ?? '?'} to port ${port}\n  ${outcome}: ${text}\n`;
  const body = answers.map(({ to, port: toPort, fromPort, packet, hex }) => {
    const { options, ...header } = packet;
    const fields = Object.entries(header).map(([name, value]) => `${name}=${value}`);
    const lines = options.map(
      ({ code, name, value, hex: bytes }) => `    option ${code} ${name} = ${value ?? bytes}\n`,
    );
    return `  answer from port ${fromPort} to ${to}:${toPort}\n    ${fields.join(' ')}\n${lines.join('')}    ${hex}\n`;
  });
  return head + body.join('');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(EXIT.failed, `cannot read the recording: ${reasonOf(error)}`);
  }
}

function address(text: string): Ipv4 {
  const value = parseIpv4(text);
  if (value === undefined) throw new InvalidArgumentError('wanted is an IPv4 address.');
  return value;
}
