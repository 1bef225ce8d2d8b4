import { type Command, Option } from 'commander';
import { makeDataFolder } from '../../base/data-folder.ts';
import { ROLES, type Role } from '../../collector/access/role.ts';
import { TokenStore } from '../../collector/access/token-store.ts';
import { openRegistry } from '../../collector/registry.ts';
import { type ConfigurationOptions, loadConfiguration } from '../configuration.ts';
import { formatTable, note, print, printJson } from '../output.ts';

/**
 * Tokens are made on the appliance itself, straight in its registry: the first one is needed before the page may listen on the network.
 * A running collector accepts and refuses them from the same moment.
 */
export function register(program: Command): void {
  const token = program
    .command('token')
    .description('access tokens for people and programs on other machines')
    .addHelpText(
      'after',
      `
Examples:
  clustermon token add alice --role admin        prints the token, this once
  clustermon token add grafana                   may only read
  curl -H "Authorization: Bearer TOKEN" http://head:8640/api/hosts`,
    );

  token
    .command('add <name>')
    .description('make a token and print it')
    .addOption(
      new Option('--role <role>', 'what its holder may do').choices(ROLES).default('viewer'),
    )
    .option('--json', 'print JSON')
    .action((name: string, { role, json }: { role: Role; json?: boolean }, command: Command) => {
      const text = withTokens(command, (tokens) => tokens.add(name, role, Date.now()));
      if (json) printJson({ name, role, token: text });
      else print(`${text}\n`);
      note('This is the only time that the token is shown.');
    });

  token
    .command('list')
    .description('who holds a token; the tokens themselves are kept nowhere')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }, command: Command) => {
      const tokens = withTokens(command, (store) => store.list());
      if (json) return printJson(tokens);
      const rows = tokens.map(({ name, role, createdMs, usedMs }) => [
        name,
        role,
        dateOf(createdMs),
        usedMs === null ? 'never' : dateOf(usedMs),
      ]);
      return print(formatTable(['NAME', 'ROLE', 'CREATED', 'LAST USED'], rows));
    });

  token
    .command('revoke <name>')
    .description('refuse a token from now on')
    .action((name: string, _options: object, command: Command) => {
      withTokens(command, (tokens) => tokens.revoke(name));
      note(`revoked ${name}`);
    });
}

function withTokens<T>(command: Command, use: (tokens: TokenStore) => T): T {
  const { data } = loadConfiguration(command.optsWithGlobals<ConfigurationOptions>()).collector;
  makeDataFolder(data);
  const registry = openRegistry(data);
  try {
    return use(new TokenStore(registry));
  } finally {
    registry.close();
  }
}

/** To the minute, in UTC. */
function dateOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
