/** The agent on a machine of its own, as its Debian package starts it: the JSON of the first argument need not name every setting. */
import { defaultsOf } from '../base/config.ts';
import { runDaemon } from '../base/daemon.ts';
import { startAgent } from './agent.ts';
import { type AgentSettings, agentSettings } from './settings.ts';

await runDaemon('agent', (given) =>
  startAgent({ ...defaultsOf(agentSettings), ...(given as Partial<AgentSettings>) }),
);
