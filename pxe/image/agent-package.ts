/** The agent as a Debian package: one bundled file, a hardened unit, settings as JSON. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LEAN_NODE_FLAGS, NO_MAGLEV } from '../../base/agent-flags.ts';
import { SETTINGS_VARIABLE } from '../../base/daemon.ts';
import { runCommand } from './process.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
/** Time of all files in the package, so that the same agent is the same package. */
const FILE_TIME = '1735689600';

const UNIT = `[Unit]
Description=clustermon agent
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/lib/clustermon/agent
Restart=always
RestartSec=1
StateDirectory=clustermon
DynamicUser=no
NoNewPrivileges=yes
CapabilityBoundingSet=CAP_NET_RAW CAP_SYS_PTRACE CAP_DAC_READ_SEARCH
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
MemoryMax=256M
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
`;

/** Debian 12 has Node 18, Debian 13 Node 20; others have newer ones. */
const LAUNCHER = `#!/bin/sh
node=/usr/bin/node
flags='${LEAN_NODE_FLAGS.join(' ')}'
if $node ${NO_MAGLEV} --version >/dev/null 2>&1; then flags="$flags ${NO_MAGLEV}"; fi
${SETTINGS_VARIABLE}=$(cat /etc/clustermon/agent.json)
export ${SETTINGS_VARIABLE}
exec $node $flags /usr/lib/clustermon/agent.cjs
`;

const POSTINST = `#!/bin/sh
set -e
if [ "$1" = configure ] && command -v systemctl >/dev/null; then
    systemctl --quiet enable clustermon-agent.service || true
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        systemctl restart clustermon-agent.service || true
    fi
fi
`;

const PRERM = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl --quiet stop clustermon-agent.service || true; fi
if [ "$1" = remove ] && command -v systemctl >/dev/null; then
    systemctl --quiet disable clustermon-agent.service || true
fi
`;

export interface AgentPackage {
  readonly file: string;
  readonly sha256: string;
}

/** Builds the package in `folder` when it is first asked for, and again after a failure such as a full disk. */
export function agentPackageIn(folder: string): () => Promise<AgentPackage> {
  let made: Promise<AgentPackage> | undefined;
  return () => {
    made ??= buildAgentPackage(folder).catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Builds `clustermon-agent_VERSION_all.deb`; the same sources make the same bytes. */
export async function buildAgentPackage(folder: string): Promise<AgentPackage> {
  const version = packageVersion();
  const bundle = await bundleAgent();
  const work = mkdtempSync(join(tmpdir(), 'clustermon-deb-'));
  try {
    const files: readonly (readonly [string, string, number])[] = [
      ['usr/lib/clustermon/agent.cjs', bundle, 0o644],
      ['usr/lib/clustermon/agent', LAUNCHER, 0o755],
      ['lib/systemd/system/clustermon-agent.service', UNIT, 0o644],
      ['etc/clustermon/agent.json', '{}\n', 0o644],
      ['DEBIAN/control', control(version), 0o644],
      ['DEBIAN/conffiles', '/etc/clustermon/agent.json\n', 0o644],
      ['DEBIAN/postinst', POSTINST, 0o755],
      ['DEBIAN/prerm', PRERM, 0o755],
    ];
    for (const [path, text, mode] of files) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), text, { mode });
    }
    // Whatever the umask, which modes of new files and folders are subject to.
    await runCommand('chmod', ['-R', 'u=rwX,go=rX', work]);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `clustermon-agent_${version}_all.deb`);
    await runCommand('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', work, file], {
      env: { SOURCE_DATE_EPOCH: FILE_TIME },
    });
    return { file, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * The agent as one file that Debian 12's Node (18) runs. CommonJS, and minified: importing Node's own modules as ES modules makes Node load all that they
 * can lazily offer, and source text stays in memory.
 */
export async function bundleAgent(): Promise<string> {
  const { build } = await import('esbuild');
  const made = await build({
    // Names of sources stand in the bundle: they must not depend on where the process was started.
    absWorkingDir: REPOSITORY,
    entryPoints: [join(REPOSITORY, 'agent/standalone.ts')],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node18',
    format: 'cjs',
    write: false,
  });
  return made.outputFiles[0]?.text ?? '';
}

function packageVersion(): string {
  const text = readFileSync(join(REPOSITORY, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function control(version: string): string {
  return `Package: clustermon-agent
Version: ${version}
Architecture: all
Maintainer: clustermon <clustermon@localhost>
Depends: nodejs (>= 18)
Section: admin
Priority: optional
Description: sends this machine's metrics to clustermon, once a second
`;
}
