/** The agent on a machine of its own, as its Debian package starts it: the JSON that it gets need not name every setting. */
import { readSettings } from '../base/config.ts';
import { runDaemon } from '../base/daemon.ts';
import { InputError } from '../base/errors.ts';
import { startAgent } from './agent.ts';
import { collectGarbage } from './garbage.ts';
import { type AgentSettings, agentSettings } from './settings.ts';

// No await: the package runs it as CommonJS, which takes less memory.
void runDaemon('agent', (given) => startAgent(settingsOf(given), { collectGarbage }));

/** @throws InputError `config-invalid` with every problem */
function settingsOf(given: unknown): AgentSettings {
  const problems: string[] = [];
  const settings = readSettings(
    agentSettings,
    given as Readonly<Record<string, unknown>>,
    (path, message) => {
      problems.push(`${path.join('.')}: ${message}`);
    },
  );
  if (problems.length > 0) throw new InputError('config-invalid', problems.join('; '));
  return settings;
}
