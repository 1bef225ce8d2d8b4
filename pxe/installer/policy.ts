import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../base/log.ts';
import { type NodeEntry, parseNodesFile, settingsFor } from '../classes/nodes-file.ts';
import { formatProblem } from '../classes/problem.ts';
import type { NodePolicy } from '../inventory/registry.ts';

/** Rules of a config space's nodes.yaml, read again when the file changes; a file with an error leaves the rules as they were. */
export function nodesPolicy(space: string, log: Log): NodePolicy {
  const file = join(space, 'nodes.yaml');
  let entries: readonly NodeEntry[] = [];
  let readMs = 0;
  return (node) => {
    const changedMs = existsSync(file) ? statSync(file).mtimeMs : 0;
    if (changedMs !== readMs) {
      readMs = changedMs;
      const found = parseNodesFile(changedMs === 0 ? '' : readFileSync(file, 'utf8'));
      for (const problem of found.problems)
        log.error('nodes-file', { problem: formatProblem(problem) });
      if (found.problems.length === 0) entries = found.entries;
    }
    return settingsFor(entries, node);
  };
}
