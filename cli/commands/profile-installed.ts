/** The last part of `clustermon profile explain NODE`: what would be otherwise if it were installed again. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClassRequest } from '../../pxe/classes/class-list.ts';
import { type Explanation, explain, type Machine } from '../../pxe/classes/explain.ts';
import { type Difference, differences } from '../../pxe/classes/explanation-diff.ts';
import type { InstalledState } from '../../wire/pxe.ts';
import type { Client } from '../client.ts';
import { formatTable, print } from '../output.ts';

export interface SinceInstalled extends InstalledState {
  readonly differences: readonly Difference[];
}

/**
 * Explains the node once more, by the config space and the classes that it was made from. The class scripts of both run here, so that what
 * they find on this machine makes no difference.
 * @returns undefined for a node that the appliance has not installed
 */
export async function sinceInstalled(
  client: Client,
  node: string,
  now: { readonly request: ClassRequest; readonly machine: Machine; readonly found: Explanation },
): Promise<SinceInstalled | undefined> {
  const { request, machine, found } = now;
  const path = `/api/pxe/nodes/${encodeURIComponent(node)}/installed`;
  const { installed } = await client.get<{ installed: InstalledState | null }>(path);
  if (!installed) return undefined;
  const space = mkdtempSync(join(tmpdir(), 'clustermon-space-'));
  try {
    const archive = await client.getBytes(`/api/pxe/spaces/${installed.spaceSha256}`);
    execFileSync('tar', ['--extract', '--no-same-owner', '-C', space], { input: archive });
    const then = await explain({ ...request, space, assigned: installed.assigned }, machine);
    const told = differences({ space, found: then }, { space: request.space, found });
    return { ...installed, differences: told };
  } finally {
    rmSync(space, { recursive: true, force: true });
  }
}

export function printDifferences({
  installedMs,
  imageId,
  differences: told,
}: SinceInstalled): void {
  print(`installed ${new Date(installedMs).toISOString()} from ${imageId}; `);
  if (told.length === 0) {
    print('it would be the same again\n');
    return;
  }
  print('if it were installed again:\n');
  print(
    formatTable(
      ['WHAT', 'NAME', 'INSTALLED', 'AGAIN'],
      told.map(({ kind, name, before = '-', after = '-' }) => [kind, name, before, after]),
    ),
  );
}
