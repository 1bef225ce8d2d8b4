import { type Command, InvalidArgumentError, Option } from 'commander';
import { DHCP_SERVERS, type DhcpServerKind, dhcpConfig } from '../../pxe/boot/dhcp-config.ts';
import { findInterface } from '../../pxe/dhcp/device.ts';
import { type Ipv4, parseIpv4 } from '../../wire/address.ts';
import { type ConfigurationOptions, loadConfiguration } from '../configuration.ts';
import { CommandError, EXIT } from '../exit.ts';
import { print, printJson } from '../output.ts';

interface ConfigOptions {
  readonly for: DhcpServerKind;
  readonly address?: Ipv4;
  readonly json?: boolean;
}

export function register(boot: Command): void {
  boot
    .command('dhcp-config')
    .description(
      'print what to put into a DHCP server that is not ours, so that it sends machines here',
    )
    .addOption(
      new Option('--for <server>', 'which DHCP server').choices(DHCP_SERVERS).makeOptionMandatory(),
    )
    .option(
      '--address <ip>',
      'address of this appliance (default: of the first of pxe.interfaces)',
      (text) => {
        const value = parseIpv4(text);
        if (value === undefined) throw new InvalidArgumentError('wanted is an IPv4 address.');
        return value;
      },
    )
    .option('--json', 'print JSON')
    .action(({ for: kind, address, json }: ConfigOptions, command: Command) => {
      const { pxe } = loadConfiguration(command.optsWithGlobals<ConfigurationOptions>());
      const [first] = pxe.interfaces;
      if (address === undefined && first === undefined) {
        throw new CommandError(
          EXIT.usage,
          'which address do machines boot from? Name it with --address, or set pxe.interfaces',
        );
      }
      const server = {
        address: address ?? findInterface(first ?? '').address,
        httpPort: pxe.httpPort,
      };
      const text = dhcpConfig(kind, server);
      if (json) printJson({ for: kind, text });
      else print(text);
    });
}
