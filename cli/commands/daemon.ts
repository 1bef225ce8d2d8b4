import type { Command } from 'commander';
import { agentSettings } from '../../agent/settings.ts';
import { collectorSettings } from '../../collector/settings.ts';
import { type ConfigurationOptions, loadConfiguration } from '../configuration.ts';
import { agentDaemon, becomeDaemon, collectorDaemon, pxeDaemon } from '../daemons.ts';
import { CommandError, EXIT } from '../exit.ts';
import { parseLabels } from '../labels.ts';
import { ensureSecret } from '../secret.ts';
import { register as registerInstall } from './agent-install.ts';
import { parseAs } from './setting-option.ts';

export function register(program: Command): void {
  const agent = program
    .command('agent')
    .description('run the agent alone, in the foreground, or install it on other machines')
    .option('--secret-file <file>', "the cluster's secret, copied from the appliance's data folder")
    .option(
      '--group <address>',
      'multicast group, or the address of the collector',
      parseAs(agentSettings.group),
    )
    .option('--interface <name>', 'network interface that multicast leaves by')
    .option('--host-name <name>', 'name of this host')
    .option('--label <name=value...>', 'labels of this host, such as rack=r07')
    .addHelpText(
      'after',
      `
Examples:
  clustermon agent --secret-file ./secret                       multicast on the network of the default route
  clustermon agent --secret-file ./secret --group 10.0.0.1      to the appliance at 10.0.0.1
  clustermon agent --label rack=r07 --label class=WEB
  clustermon agent install root@n[001-032]                      on machines that run already, by ssh`,
    )
    .action((_options, command: Command) => {
      const options = command.optsWithGlobals<AgentOptions>();
      const { agent } = loadConfiguration(options);
      becomeDaemon(
        agentDaemon({
          ...agent,
          secretFile: options.secretFile ?? agent.secretFile,
          group: options.group ?? agent.group,
          interface: options.interface ?? agent.interface,
          hostName: options.hostName ?? agent.hostName,
          labels: { ...agent.labels, ...parseLabels(options.label ?? []) },
        }),
      );
    });

  registerInstall(agent);

  program
    .command('collector')
    .description('run the collector alone, in the foreground')
    .option(
      '--listen <address>',
      'address of the page and API (default: 127.0.0.1)',
      parseAs(collectorSettings.listen),
    )
    .option('--agents <interface...>', 'network interfaces on which agents are heard')
    .action((_options, command: Command) => {
      const options = command.optsWithGlobals<CollectorOptions>();
      const { collector } = loadConfiguration(options);
      ensureSecret(collector.data);
      becomeDaemon(
        collectorDaemon({
          ...collector,
          listen: options.listen ?? collector.listen,
          interfaces: options.agents ?? collector.interfaces,
        }),
      );
    });

  program
    .command('pxe')
    .description('run the boot and installation service alone, in the foreground')
    .option('--interface <name...>', 'network interfaces on which machines are booted')
    .action((_options, command: Command) => {
      const options = command.optsWithGlobals<PxeOptions>();
      const { pxe } = loadConfiguration(options);
      const interfaces = options.interface ?? pxe.interfaces;
      if (interfaces.length === 0) {
        throw new CommandError(
          EXIT.usage,
          'on which network? Name its interface: --interface eth1, or pxe.interfaces in the configuration',
        );
      }
      becomeDaemon(pxeDaemon({ ...pxe, interfaces }));
    });
}

interface AgentOptions extends ConfigurationOptions {
  readonly secretFile?: string;
  readonly group?: string;
  readonly interface?: string;
  readonly hostName?: string;
  readonly label?: readonly string[];
}

interface CollectorOptions extends ConfigurationOptions {
  readonly listen?: string;
  readonly agents?: readonly string[];
}

interface PxeOptions extends ConfigurationOptions {
  readonly interface?: readonly string[];
}
