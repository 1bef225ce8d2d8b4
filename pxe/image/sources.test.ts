import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distributionOf } from './release.ts';
import { firstMirror, packageSources, type SourceSettings } from './sources.ts';

const TARGETS = `http://mirror.example/debian/ bookworm-updates main
http://mirror.example/debian/ bookworm contrib
http://mirror.example/debian/ bookworm main
http://other.example/debian/ bookworm main
http://mirror.example/debian-security/ bookworm-security main
`;
const OURS = 'deb http://mirror.example/debian bookworm main non-free-firmware';

test('the first mirror of the release itself is taken, without its last slash', () => {
  assert.equal(firstMirror(TARGETS, 'bookworm'), 'http://mirror.example/debian');
  assert.equal(firstMirror(TARGETS, 'trixie'), undefined);
  assert.equal(firstMirror('', 'bookworm'), undefined);
});

const UBUNTU_KEYS = 'signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg';
const SNAPSHOT = 'http://snapshot.debian.org/archive/debian/20261101T000000Z';
const CASES: readonly {
  readonly name: string;
  readonly settings: Partial<SourceSettings>;
  readonly lines: readonly string[];
}[] = [
  {
    name: 'this machine’s own mirrors',
    settings: {},
    lines: [
      OURS,
      'deb http://mirror.example/debian-security bookworm-security main non-free-firmware',
    ],
  },
  {
    name: 'no security updates',
    settings: { securityMirror: 'none' },
    lines: [OURS],
  },
  {
    name: 'another release of Debian',
    settings: { suite: 'trixie', mirror: 'http://m/debian' },
    lines: [
      'deb http://m/debian trixie main non-free-firmware',
      'deb http://security.debian.org/debian-security trixie-security main non-free-firmware',
    ],
  },
  {
    name: 'Ubuntu, which has security updates on the same mirror, most of what is needed in universe, and keys of its own',
    settings: { suite: 'noble', mirror: 'http://m/ubuntu' },
    lines: [
      `deb [${UBUNTU_KEYS}] http://m/ubuntu noble main universe`,
      `deb [${UBUNTU_KEYS}] http://m/ubuntu noble-security main universe`,
    ],
  },
  {
    name: 'Ubuntu with its mirror of security updates',
    settings: {
      suite: 'jammy',
      mirror: 'http://m/ubuntu',
      securityMirror: 'http://security.ubuntu.com/ubuntu',
    },
    lines: [
      `deb [${UBUNTU_KEYS}] http://m/ubuntu jammy main universe`,
      `deb [${UBUNTU_KEYS}] http://security.ubuntu.com/ubuntu jammy-security main universe`,
    ],
  },
  {
    name: 'snapshots',
    settings: {
      mirror: SNAPSHOT,
      securityMirror: `${SNAPSHOT.replace('debian/2', 'debian-security/2')}/`,
    },
    lines: [
      `deb [check-valid-until=no] ${SNAPSHOT} bookworm main non-free-firmware`,
      'deb [check-valid-until=no] http://snapshot.debian.org/archive/debian-security/20261101T000000Z/ bookworm-security main non-free-firmware',
    ],
  },
];
for (const { name, settings, lines } of CASES) {
  test(`sources: ${name}`, () => {
    const all = { suite: 'bookworm', mirror: '', securityMirror: '', ...settings };
    assert.deepEqual(packageSources(all, { targets: TARGETS, hasFile: () => true }).lines, lines);
  });
}

test('an unknown release is refused with what to do', () => {
  const settings = { suite: 'no-such-release', mirror: '', securityMirror: '' };
  assert.throws(() => packageSources(settings, { targets: TARGETS }), {
    code: 'mirror-unknown',
    message: /pxe\.mirror/,
  });
});

test('without the keys of its archive Ubuntu is refused, with the package that brings them', () => {
  const settings = { suite: 'noble', mirror: 'http://m/ubuntu', securityMirror: '' };
  assert.throws(() => packageSources(settings, { targets: '', hasFile: () => false }), {
    code: 'keyring-missing',
    message: /noble.*install the package ubuntu-archive-keyring/,
  });
});

const KERNELS = [
  ['bookworm', 'amd64', 'linux-image-amd64'],
  ['trixie', 'arm64', 'linux-image-arm64'],
  ['noble', 'amd64', 'linux-image-generic'],
  ['noble', 'arm64', 'linux-image-generic'],
] as const;
for (const [suite, architecture, kernel] of KERNELS) {
  test(`the kernel of ${suite} for ${architecture} is ${kernel}`, () => {
    assert.equal(distributionOf(suite).kernelPackage(architecture), kernel);
  });
}
