/** Shows how far nodes are until each is up or failed: a grid that stays in place on a terminal, lines of changes elsewhere. */
import type { PxeNode } from '../wire/pxe.ts';
import type { Client } from './client.ts';
import { CommandError, EXIT } from './exit.ts';
import { formatTable, note } from './output.ts';

const EVERY_MS = 1000;
const BAR_WIDTH = 20;

/** @throws CommandError `failed` when one of the nodes failed, or left the way to being up */
export async function followInstallation(client: Client, ids: readonly number[]): Promise<void> {
  const isTerminal = process.stderr.isTTY === true;
  const before = new Map<number, string>();
  let drawnLines = 0;
  for (;;) {
    const { nodes } = await client.get<{ nodes: PxeNode[] }>('/api/pxe/nodes');
    const followed = nodes.filter((node) => ids.includes(node.id));
    if (isTerminal) {
      const grid = formatTable(['NODE', 'STATE', 'STEP', 'PROGRESS'], followed.map(row));
      process.stderr.write(`${drawnLines > 0 ? `\x1b[${drawnLines}A\x1b[J` : ''}${grid}`);
      drawnLines = grid.split('\n').length - 1;
    } else {
      for (const node of followed) {
        const text = [node.name, node.state, node.progress?.task].filter(Boolean).join(' ');
        if (before.get(node.id) !== text) note(text);
        before.set(node.id, text);
      }
    }
    const ended = followed.filter(({ state }) => !isUnderWay(state));
    if (ended.length === followed.length) {
      const lost = ended.filter(({ state }) => state !== 'up');
      if (lost.length === 0) return;
      const reasons = lost.map(
        ({ name, state, failure }) => `${name} ${state}${failure ? `: ${failure}` : ''}`,
      );
      throw new CommandError(EXIT.failed, reasons.join('; '));
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

function isUnderWay(state: PxeNode['state']): boolean {
  return ['approved', 'booting', 'installing', 'installed', 'joined'].includes(state);
}

function row({ name, state, progress, lastContact, failure }: PxeNode): string[] {
  const done = progress
    ? (progress.index - 1 + progress.percent / 100) / progress.count
    : state === 'up'
      ? 1
      : 0;
  const filled = Math.round(done * BAR_WIDTH);
  return [
    name,
    state,
    failure ??
      (progress
        ? `${progress.task} (${progress.index} of ${progress.count})`
        : (lastContact?.what ?? '')),
    `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${Math.round(done * 100)} %`,
  ];
}
