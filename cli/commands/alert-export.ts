import { type Command, Option } from 'commander';
import { type ExportedGroup, exportRules } from '../../collector/alerts/export.ts';
import { clientOf } from '../client.ts';
import { note, print } from '../output.ts';

interface ExportOptions {
  readonly for: 'clustermon' | 'prometheus';
}

export function register(alert: Command): void {
  alert
    .command('export')
    .description('all rules as a rule file')
    .addOption(
      new Option(
        '--for <program>',
        'who reads the file; Prometheus has no resolve: and on_missing:',
      )
        .choices(['clustermon', 'prometheus'])
        .default('clustermon'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  clustermon alert export > rules.yml\n  clustermon alert export --for prometheus > rules.yml',
    )
    .action(async (options: ExportOptions, command: Command) => {
      const { data } = await clientOf(command).get<{
        readonly data: { readonly groups: readonly ExportedGroup[] };
      }>('/api/v1/rules', { exclude_alerts: 'true' });
      const { text, lost } = exportRules(data.groups, options.for === 'prometheus');
      for (const one of lost) note(`left out: ${one}`);
      print(text);
    });
}
