/** What tests build an agent's sources from. */
import { defaultsOf } from '../../base/config.ts';
import { openLog } from '../../base/log.ts';
import type { OpenSource } from '../sampler.ts';
import type { SeriesTable } from '../series.ts';
import { type AgentSettings, agentSettings } from '../settings.ts';
import type { Space } from '../sources/filesystem.ts';
import { openSources } from '../sources.ts';

export const quietLog = openLog('agent', 'error', () => undefined);

export function settingsWith(changed: Partial<AgentSettings> = {}): AgentSettings {
  return { ...defaultsOf(agentSettings), ...changed };
}

/** 100 GB, half of it used, 5 % for root alone; a million inodes, a quarter used. */
export const SPACE: Space = {
  bsize: 4096,
  blocks: 25_000_000,
  bfree: 12_500_000,
  bavail: 11_250_000,
  files: 1_000_000,
  ffree: 750_000,
};

export function sourcesOf(
  root: string,
  table: SeriesTable,
  monotonicMs: () => number,
  settings: AgentSettings = settingsWith(),
): OpenSource[] {
  return openSources(settings, {
    root,
    table,
    monotonicMs,
    startSeconds: 1_700_000_000,
    sendFailures: () => 0,
    statfs: () => SPACE,
  });
}
