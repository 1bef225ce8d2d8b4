/** Test networks: hosts as network namespaces, joined by one bridge in a namespace of its own. Needs root. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TestHost {
  readonly name: string;
  readonly namespace: string;
  /** On `eth0`, in 10.99.0.0/24. */
  readonly address: string;
  /** Runs a command to its end inside the host and gives what it printed. */
  run(command: string, ...args: readonly string[]): string;
}

export interface TestNetwork {
  readonly hosts: readonly TestHost[];
  /** Where the bridge `br0` is. */
  readonly switchNamespace: string;
  remove(): void;
}

/** Bind-mounted over /etc by `ip netns exec`, ip-netns(8): gives each host a machine id of its own. */
const NETNS_ETC = '/etc/netns';

/**
 * Makes a network of `count` hosts, 10.99.0.1 and on, each with `eth0` and a default route out of it, so that multicast leaves there.
 * @param count 1 to 200
 */
export function makeNetwork(count: number): TestNetwork {
  const id = randomBytes(3).toString('hex');
  const switchNamespace = `cm${id}-switch`;
  ip('netns', 'add', switchNamespace);
  ip('-n', switchNamespace, 'link', 'add', 'br0', 'type', 'bridge', 'mcast_snooping', '0');
  ip('-n', switchNamespace, 'link', 'set', 'br0', 'up');
  const hosts = Array.from({ length: count }, (_, index) =>
    addHost(`host${index + 1}`, { id, number: index + 1, switchNamespace }),
  );
  return {
    hosts,
    switchNamespace,
    remove() {
      for (const { namespace } of hosts) {
        ip('netns', 'del', namespace);
        rmSync(join(NETNS_ETC, namespace), { recursive: true, force: true });
      }
      ip('netns', 'del', switchNamespace);
    },
  };
}

function addHost(
  name: string,
  { id, number, switchNamespace }: { id: string; number: number; switchNamespace: string },
): TestHost {
  const namespace = `cm${id}-${number}`;
  const address = `10.99.0.${number}`;
  ip('netns', 'add', namespace);
  ip(
    'link',
    'add',
    'eth0',
    'netns',
    namespace,
    'type',
    'veth',
    'peer',
    'name',
    `port${number}`,
    'netns',
    switchNamespace,
  );
  ip('-n', switchNamespace, 'link', 'set', `port${number}`, 'master', 'br0', 'up');
  ip('-n', namespace, 'link', 'set', 'lo', 'up');
  ip('-n', namespace, 'link', 'set', 'eth0', 'up');
  ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
  ip('-n', namespace, 'route', 'add', 'default', 'dev', 'eth0');
  if (existsSync('/etc/machine-id')) {
    mkdirSync(join(NETNS_ETC, namespace), { recursive: true });
    writeFileSync(join(NETNS_ETC, namespace, 'machine-id'), `${randomBytes(16).toString('hex')}\n`);
  }
  return {
    name,
    namespace,
    address,
    run: (command, ...args) =>
      execFileSync('ip', ['netns', 'exec', namespace, command, ...args], { encoding: 'utf8' }),
  };
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
