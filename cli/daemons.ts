/** How each daemon is started: by its main.ts, with validated settings as JSON in its environment. */
import { join } from 'node:path';
import type { AgentSettings } from '../agent/settings.ts';
import { AGENT_NODE_FLAGS } from '../base/agent-flags.ts';
import { SETTINGS_VARIABLE } from '../base/daemon.ts';
import { COLLECTOR_NODE_FLAGS } from '../collector/flags.ts';
import type { CollectorSettings } from '../collector/settings.ts';
import type { DemoSettings } from '../demo/settings.ts';
import type { PxeSettings } from '../pxe/settings.ts';
import { ROOT } from './configuration.ts';
import type { DaemonSpec } from './supervisor.ts';

export function agentDaemon(settings: AgentSettings): DaemonSpec {
  return daemon('agent', AGENT_NODE_FLAGS, settings);
}

export function collectorDaemon(settings: CollectorSettings): DaemonSpec {
  return daemon('collector', COLLECTOR_NODE_FLAGS, settings);
}

export function pxeDaemon(settings: PxeSettings): DaemonSpec {
  return daemon('pxe', [], settings);
}

export function demoDaemon(settings: DemoSettings): DaemonSpec {
  return daemon('demo', [], settings);
}

function daemon(name: string, flags: readonly string[], settings: object): DaemonSpec {
  // As ./clustermon sets it. Without, each thread of a daemon keeps Node's type stripper in memory, 17 MB.
  process.env['NODE_COMPILE_CACHE'] ??= join(ROOT, 'node_modules/.cache/clustermon');
  return {
    name,
    args: [...flags, join(ROOT, name, 'main.ts')],
    env: { [SETTINGS_VARIABLE]: JSON.stringify(settings) },
  };
}

/** Replaces this process by the daemon, so that signals and exit codes are its own and the command line takes no memory. */
export function becomeDaemon({ args, env }: DaemonSpec): void {
  // Node warns that execve is experimental; the warning means nothing to the user of the daemon.
  process.removeAllListeners('warning');
  process.execve?.(process.execPath, [process.execPath, ...args], { ...process.env, ...env });
}
