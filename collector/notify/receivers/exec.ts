import { spawn } from 'node:child_process';
import type { IntegrationConfig } from '../config.ts';
import { DeliveryError, type Integration } from '../delivery.ts';
import { type Notification, statusOf, webhookPayload } from '../payload.ts';
import { adviceForCause } from './advice.ts';
import { textOf, titleOf } from './text.ts';

type ExecConfig = Extract<IntegrationConfig, { kind: 'exec' }>;

/** Of what the command says on standard error, this much is kept for people. */
const DETAIL_MAX = 300;
/** Characters of a title or text. */
const TEXT_MAX = 20_000;

/**
 * Runs a command of the user's, without a shell: the webhook's JSON on its standard input, title, text and status in its environment.
 * An exit code other than 0 is tried again.
 */
export function exec(id: string, config: ExecConfig): Integration {
  return {
    id,
    send: (notification, mark) =>
      run(config, notification, {
        CLUSTERMON_TITLE: variable(titleOf(notification)),
        CLUSTERMON_TEXT: variable(textOf(notification, TEXT_MAX)),
        CLUSTERMON_STATUS: statusOf(notification),
        CLUSTERMON_DELIVERY: mark.id,
        CLUSTERMON_POSSIBLE_DUPLICATE: mark.mayBeRepeated ? '1' : '',
      }),
  };
}

/** What Linux takes in a variable of the environment: no NUL, and no more than 128 KiB. */
function variable(text: string): string {
  return text.slice(0, TEXT_MAX).replaceAll('\0', '\uFFFD');
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has ended.
  }
}

function run(
  { command, timeoutMs }: ExecConfig,
  notification: Notification,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'ignore', 'pipe'],
      // A process group of its own: what a script has started ends with it.
      detached: true,
    });
    let isOverdue = false;
    // Not spawn's own timeout, whose timer goes on when the program cannot be started.
    const timer = setTimeout(() => {
      isOverdue = true;
      endGroup(child.pid);
      child.stderr.destroy();
    }, timeoutMs);
    // Standard error stays open as long as something that the command left behind has it.
    child.on('exit', (code) => {
      if (code === 0) child.stderr.destroy();
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, DETAIL_MAX);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(
        new DeliveryError(`cannot run ${program}: ${error.message}`, true, adviceForCause(error)),
      );
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve();
      const ending = signal ? `was ended by ${signal}` : `exited with ${code}`;
      const how = isOverdue ? `was ended after ${timeoutMs / 1000} s` : ending;
      reject(
        new DeliveryError(
          `${program} ${how}: ${said.trim()}`,
          true,
          'run the command by hand, with `{}` on its standard input',
        ),
      );
    });
    // A command that does not read its input closes the pipe: no failure.
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify(webhookPayload(notification)));
  });
}
