/** The agent as a process. Always runs: whoever wants the function imports `agent.ts`. */
import { runDaemon } from '../base/daemon.ts';
import { startAgent } from './agent.ts';
import type { AgentSettings } from './settings.ts';

await runDaemon('agent', (settings) => startAgent(settings as AgentSettings));
