import { createInterface } from 'node:readline/promises';
import { CommandError, EXIT } from './exit.ts';

/**
 * Asks for a word to be typed before data is destroyed, or what else cannot be taken back is done.
 * @param word what has to be typed: the name of the one thing, or how many there are
 * @throws CommandError `usage` without a terminal and `--yes`, `failed` when something else is typed
 */
export async function confirmByTyping(question: string, word: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    throw new CommandError(EXIT.usage, `${question} Add --yes to say so without a terminal.`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question}\nType ${word} to go on: `);
    if (answer.trim() !== word) throw new CommandError(EXIT.failed, 'nothing was changed');
  } finally {
    terminal.close();
  }
}
