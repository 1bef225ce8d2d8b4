import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CommandError, EXIT } from './exit.ts';

const ANSWER_MS_MAX = 5_000;

interface Answer {
  readonly ok: boolean;
  readonly message?: string;
}

/**
 * Gives one value to the agent that runs on the data folder.
 * @throws CommandError `unreachable` when none runs, `usage` with the agent's reason when it refuses the value
 */
export async function sendMetric(folder: string, fields: object): Promise<void> {
  const path = join(folder, 'agent.sock');
  const answer = await ask(path, `${JSON.stringify(fields)}\n`);
  if (answer === undefined) {
    throw new CommandError(
      EXIT.unreachable,
      `no agent answers on ${path}. Start one (clustermon up, clustermon agent), or name its data folder with --data.`,
    );
  }
  if (!answer.ok)
    throw new CommandError(EXIT.usage, answer.message ?? 'the agent refused the value');
}

async function ask(path: string, line: string): Promise<Answer | undefined> {
  const socket = connect(path);
  const signal = AbortSignal.timeout(ANSWER_MS_MAX);
  try {
    await once(socket, 'connect', { signal });
    socket.write(line);
    const [text] = (await once(createInterface(socket), 'line', { signal })) as [string];
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
