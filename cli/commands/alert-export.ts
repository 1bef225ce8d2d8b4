import type { Command } from 'commander';
import { stringify } from 'yaml';
import { clientOf } from '../client.ts';
import { print } from '../output.ts';

interface ApiRule {
  readonly type: 'alerting' | 'recording';
  readonly name: string;
  readonly query: string;
  readonly duration?: number;
  readonly keepFiringFor?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface ApiRules {
  readonly data: {
    readonly groups: readonly {
      readonly name: string;
      readonly interval: number;
      readonly limit: number;
      readonly rules: readonly ApiRule[];
    }[];
  };
}

export function register(alert: Command): void {
  alert
    .command('export')
    .description('all rules as a Prometheus rule file')
    .addHelpText('after', '\nExample:\n  clustermon alert export > rules.yml')
    .action(async (_options: object, command: Command) => {
      const { data } = await clientOf(command).get<ApiRules>('/api/v1/rules');
      const groups = data.groups.map(({ name, interval, limit, rules }) => ({
        name,
        ...(interval > 0 && { interval: `${interval * 1000}ms` }),
        ...(limit > 0 && { limit }),
        rules: rules.map(toRule),
      }));
      print(stringify({ groups }));
    });
}

function toRule({
  type,
  name,
  query,
  duration = 0,
  keepFiringFor = 0,
  labels,
  annotations,
}: ApiRule) {
  return {
    ...(type === 'alerting' ? { alert: name } : { record: name }),
    expr: query,
    ...(duration > 0 && { for: `${duration * 1000}ms` }),
    ...(keepFiringFor > 0 && { keep_firing_for: `${keepFiringFor * 1000}ms` }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(annotations && Object.keys(annotations).length > 0 && { annotations }),
  };
}
