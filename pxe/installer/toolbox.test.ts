import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Architecture } from '../../wire/pxe.ts';
import { packageSources } from '../image/sources.ts';
import { toolboxArguments } from './toolbox.ts';

interface Case {
  readonly name: string;
  readonly suite: string;
  readonly mirror: string;
  readonly architecture: Architecture;
  /** The last arguments: suite, folder, sources. */
  readonly end: readonly string[];
}

const KEYS = '[signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg]';
const CASES: readonly Case[] = [
  {
    name: 'Debian',
    suite: 'bookworm',
    mirror: 'http://m/debian',
    architecture: 'amd64',
    end: [
      'bookworm',
      '/root',
      'deb http://m/debian bookworm main non-free-firmware',
      'deb http://security.debian.org/debian-security bookworm-security main non-free-firmware',
    ],
  },
  {
    name: 'Ubuntu for arm64',
    suite: 'noble',
    mirror: 'http://m/ubuntu-ports',
    architecture: 'arm64',
    end: [
      'noble',
      '/root',
      `deb ${KEYS} http://m/ubuntu-ports noble main universe`,
      `deb ${KEYS} http://m/ubuntu-ports noble-security main universe`,
    ],
  },
];
for (const { name, suite, mirror, architecture, end } of CASES) {
  test(`mmdebstrap is told to make a toolbox of ${name}`, () => {
    const settings = { suite, mirror, securityMirror: '' };
    const sources = packageSources(settings, { targets: '', hasFile: () => true });
    const args = toolboxArguments({ sources, architecture, packages: ['firmware-bnx2x'] }, '/root');
    assert.deepEqual(args.slice(-end.length), end);
    assert.ok(args.includes(`--architectures=${architecture}`));
    assert.ok(args.includes('--variant=minbase'));
    const include = args.find((arg) => arg.startsWith('--include='))?.slice('--include='.length);
    for (const wanted of [
      'fai-client',
      'fai-setup-storage',
      'nodejs',
      'busybox-static',
      'firmware-bnx2x',
    ])
      assert.ok(include?.split(',').includes(wanted), wanted);
  });
}
