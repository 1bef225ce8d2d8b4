/** Brings the agent to a machine that runs already: its Debian package, its settings and a key that speaks for this machine alone. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentIdOf } from '../base/agent-id.ts';
import { agentKey } from '../base/authentication.ts';
import { CommandError, EXIT } from './exit.ts';
import { runRemote } from './remote.ts';

export interface AgentInstaller {
  /** The Debian package. */
  readonly file: string;
  /** Of the cluster, 32 bytes; undefined when it runs open. */
  readonly secret: Uint8Array | undefined;
  /** Settings of an agent whose machine has none of its own. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Settings of the agent that are to hold; others that a machine has already stay. */
  readonly settings: Readonly<Record<string, unknown>> & {
    readonly labels: Readonly<Record<string, string>>;
  };
  /** Whether ssh may ask on the terminal. */
  readonly asks: boolean;
}

const KEY_FILE = '/etc/clustermon/agent.key';

/** Machine id, user id, whether there is apt; then the settings of an agent that is there already. */
const LOOK = `cat /etc/machine-id || exit 1
id -u
command -v apt-get >/dev/null && echo apt || echo none
cat /etc/clustermon/agent.json 2>/dev/null || true`;

/** The settings are written before the package comes, which keeps them (and would leave its own empty ones beside them). */
const INSTALL = `set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tar -x -C "$folder"
mkdir -p /etc/clustermon
install -m 0644 "$folder/agent.json" /etc/clustermon/agent.json
if [ -e "$folder/agent.key" ]; then install -m 0600 "$folder/agent.key" ${KEY_FILE}; fi
export DEBIAN_FRONTEND=noninteractive
get() { apt-get install -y -qq --reinstall --no-install-recommends -o Dpkg::Options::=--force-confold "$folder/clustermon-agent.deb"; }
get >/dev/null 2>&1 </dev/null || { apt-get update -qq >/dev/null 2>&1 </dev/null; get </dev/null >&2; }
rm -f /etc/clustermon/agent.json.dpkg-dist
if [ -d /run/systemd/system ]; then systemctl restart clustermon-agent.service; fi`;

interface Machine {
  readonly agentId: Buffer;
  readonly isRoot: boolean;
  /** What /etc/clustermon/agent.json holds; empty when it is not there. */
  readonly settings: { readonly labels?: Readonly<Record<string, string>> };
}

/**
 * Installs the agent on one machine, or a newer one in place of the one that is there.
 * @param target as ssh(1) takes it
 * @returns the agent's id, 32 hexadecimal digits
 * @throws CommandError when ssh, the rights or the package fail
 */
export async function installAgent(target: string, installer: AgentInstaller): Promise<string> {
  const { asks, file, secret, defaults, settings } = installer;
  const machine = parseLook(await runRemote({ target, command: LOOK, asks }));
  const folder = mkdtempSync(join(tmpdir(), 'clustermon-agent-'));
  try {
    const id = machine.agentId.toString('latin1');
    copyFileSync(file, join(folder, 'clustermon-agent.deb'));
    if (secret) writeFileSync(join(folder, 'agent.key'), `${agentKey(secret, id).toHex()}\n`);
    const merged = {
      ...defaults,
      ...machine.settings,
      ...settings,
      labels: { ...machine.settings.labels, ...settings.labels },
      data: '/var/lib/clustermon',
      ...(secret ? { keyFile: KEY_FILE } : { open: true }),
    };
    writeFileSync(join(folder, 'agent.json'), `${JSON.stringify(merged, null, 2)}\n`);
    const command = machine.isRoot
      ? INSTALL
      : `sudo -n sh -c '${INSTALL.replaceAll("'", `'\\''`)}'`;
    await runRemote({ target, command, folder, asks });
    return machine.agentId.toString('hex');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parseLook(text: string): Machine {
  const [machineId = '', user, packages, ...rest] = text.split('\n');
  if (!/^[0-9a-f]{32}$/.test(machineId)) {
    throw new CommandError(
      EXIT.failed,
      'its /etc/machine-id is empty: run systemd-machine-id-setup there',
    );
  }
  if (packages !== 'apt') {
    throw new CommandError(
      EXIT.failed,
      'it has no apt-get: the package is for Debian and Ubuntu. Elsewhere run `clustermon agent` from a checkout',
    );
  }
  return {
    agentId: agentIdOf(Buffer.from(machineId, 'hex')),
    isRoot: user === '0',
    settings: parseSettings(rest.join('\n').trim()),
  };
}

function parseSettings(text: string): Machine['settings'] {
  if (text === '') return {};
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch {
    // What is no JSON is no object either.
  }
  if (typeof settings === 'object' && settings !== null && !Array.isArray(settings))
    return settings;
  throw new CommandError(
    EXIT.failed,
    'its /etc/clustermon/agent.json is no JSON object: correct it, or remove it to begin anew',
  );
}
