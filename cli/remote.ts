/** Commands on other machines, by ssh(1): keys, agent, known hosts and ~/.ssh/config are those of whoever runs clustermon. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { CommandError, EXIT } from './exit.ts';

export interface RemoteRun {
  /** As ssh(1) takes it: `n001`, `root@n001`, `ssh://root@n001:2222`. */
  readonly target: string;
  /** A line of shell. */
  readonly command: string;
  /** Goes to the command's standard input as a tar archive of this folder's files. */
  readonly folder?: string | undefined;
  /** Whether ssh may ask for passwords and unknown host keys on the terminal. */
  readonly asks: boolean;
}

/** Of ssh itself, as ssh(1) says; every other status is the command's. */
const SSH_FAILED = 255;

/**
 * @returns what the command wrote to standard output
 * @throws CommandError with the last line of what it wrote to standard error, when it or ssh fails
 */
export async function runRemote({ target, command, folder, asks }: RemoteRun): Promise<string> {
  const options = ['-o', 'ConnectTimeout=10', ...(asks ? [] : ['-o', 'BatchMode=yes'])];
  const ssh = spawn('ssh', [...options, '--', target, command], { stdio: 'pipe' });
  const started = new Promise<void>((resolve, reject) => {
    ssh.once('spawn', resolve);
    ssh.once('error', () =>
      reject(new CommandError(EXIT.failed, 'there is no ssh here: install openssh-client')),
    );
  });
  // A command that ends before it has read everything says why on standard error.
  ssh.stdin.on('error', () => {});
  await started;
  if (folder === undefined) ssh.stdin.end();
  else spawn('tar', ['-c', '-C', folder, '.'], { stdio: ['ignore', ssh.stdin, 'inherit'] });
  const ended = new Promise<number | null>((resolve) => ssh.once('close', resolve));
  const [output, messages, status] = await Promise.all([text(ssh.stdout), text(ssh.stderr), ended]);
  if (status === 0) return output;
  const reason = messages.trim().split('\n').at(-1)?.trim() || `status ${status}`;
  throw new CommandError(
    EXIT.failed,
    status === SSH_FAILED
      ? `${reason} (\`ssh ${target}\` must work${asks ? '' : ' without a question'})`
      : reason,
  );
}
