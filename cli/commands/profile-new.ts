import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { reasonOf } from '../../base/errors.ts';
import { ROOT } from '../configuration.ts';
import { CommandError, EXIT } from '../exit.ts';
import { note } from '../output.ts';

const STARTER = join(ROOT, 'pxe/starter');
const AUTHORIZED_KEYS = 'files/root/.ssh/authorized_keys/BASE';

export function register(profile: Command): void {
  profile
    .command('new <dir>')
    .description('begin a config space: a Debian with ssh and the agent on the first disk')
    .option('--ssh-key <file...>', 'public keys that may log in as root (default: ~/.ssh/*.pub)')
    .addHelpText(
      'after',
      `
Examples:
  clustermon profile new /srv/space
  clustermon profile new /srv/space --ssh-key ./admins.pub`,
    )
    .action((dir: string, { sshKey }: { sshKey?: string[] }) => {
      const files = sshKey ?? ownPublicKeys();
      const keys = files.map(readPublicKeys).join('');
      create(dir, keys);
      note(`${dir} is a config space. Root logs in with ${files.join(', ') || 'nothing yet'}.`);
      if (keys === '')
        note(`Put public keys into ${join(dir, AUTHORIZED_KEYS)} before you install anything.`);
      note(
        `Next: \`clustermon profile check ${dir}\`, then name it as pxe.space in the configuration (docs/provisioning.md).`,
      );
    });
}

/** @throws CommandError when something is there already */
function create(dir: string, keys: string): void {
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    throw new CommandError(EXIT.failed, `${dir} is not empty: name a new folder`);
  }
  cpSync(STARTER, dir, { recursive: true });
  const file = join(dir, AUTHORIZED_KEYS);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, keys);
}

function ownPublicKeys(): string[] {
  const folder = join(homedir(), '.ssh');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.pub'))
    .map((name) => join(folder, name));
}

/** @throws CommandError when the file cannot be read, or holds a private key */
function readPublicKeys(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(EXIT.usage, `--ssh-key: ${reasonOf(error)}`);
  }
  if (text.includes('PRIVATE KEY')) {
    throw new CommandError(
      EXIT.usage,
      `--ssh-key: ${file} is a private key; name the .pub beside it`,
    );
  }
  return text.endsWith('\n') || text === '' ? text : `${text}\n`;
}
