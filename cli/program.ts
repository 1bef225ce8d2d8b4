/** The whole command line: every command, its options and what its help says. */
import { Command, Help } from 'commander';
import { VERSION } from '../base/version.ts';
import { register as registerAlert } from './commands/alert.ts';
import { register as registerBoot } from './commands/boot.ts';
import { register as registerCompletion } from './commands/completion.ts';
import { register as registerConfig } from './commands/config.ts';
import { register as registerDaemon } from './commands/daemon.ts';
import { register as registerDoctor } from './commands/doctor.ts';
import { register as registerEvent } from './commands/event.ts';
import { register as registerImage } from './commands/image.ts';
import { register as registerMaintenance } from './commands/maintenance.ts';
import { register as registerMetric } from './commands/metric.ts';
import { register as registerNode } from './commands/node.ts';
import { register as registerNotify } from './commands/notify.ts';
import { register as registerProfile } from './commands/profile.ts';
import { register as registerQuery } from './commands/query.ts';
import { register as registerService } from './commands/service.ts';
import { register as registerSilence } from './commands/silence.ts';
import { register as registerStore } from './commands/store.ts';
import { register as registerToken } from './commands/token.ts';
import { register as registerTop } from './commands/top.ts';
import { register as registerUp } from './commands/up.ts';
import { register as registerView } from './commands/view.ts';
import { addExamples } from './examples.ts';

const EXAMPLES = `Examples:
  clustermon up                                        monitor this host, serve the page on http://127.0.0.1:8640
  clustermon up --demo 200                             look around with two hundred simulated hosts
  clustermon agent install root@n[001-032]             monitor machines that run already, by ssh
  clustermon node list                                 every machine and its state
  clustermon top                                       live, in the terminal
  clustermon query 'avg by (rack) (cpu_user)'          PromQL over live values and archives
  clustermon alert add 'load_one > 8' --for 1m         be told when it happens
  clustermon metric send room_temperature 21.5         a value of your own, from a script
`;

/** Commands that parse, act and print; `main.ts` runs them. */
export function buildProgram(): Command {
  const program: Command = new Command('clustermon')
    .description('Cluster monitoring and provisioning in one appliance.')
    .configureHelp({
      showGlobalOptions: true,
      // Not those of the commands between, which have another meaning or none there.
      visibleGlobalOptions: (command) => (command === program ? [] : [...program.options]),
      // An empty default says nothing.
      optionDescription: (option) =>
        new Help().optionDescription(option).replace(/ \(default: (\[\]|\{\}|"")\)$/, ''),
    })
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText('before', EXAMPLES)
    .version(VERSION, '--version', 'print the version')
    .option('--debug', 'print the stack of an error')
    .option('--server <url>', 'the appliance to talk to (CLUSTERMON_SERVER)')
    .option(
      '--config <file>',
      'configuration file (CLUSTERMON_CONFIG, /etc/clustermon/config.yaml)',
    )
    .option('--data <dir>', 'data folder of the appliance on this machine (CLUSTERMON_DATA)')
    .exitOverride();

  registerUp(program);
  registerDaemon(program);
  registerService(program);
  registerImage(program);
  registerNode(program);
  registerMetric(program);
  registerBoot(program);
  registerProfile(program);
  registerAlert(program);
  registerSilence(program);
  registerMaintenance(program);
  registerNotify(program);
  registerConfig(program);
  registerQuery(program);
  registerTop(program);
  registerEvent(program);
  registerView(program);
  registerStore(program);
  registerToken(program);
  registerDoctor(program);
  registerCompletion(program);
  addExamples(program);
  return program;
}
