import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstMirror, packageSources, type SourceSettings } from './sources.ts';

const TARGETS = `http://mirror.example/debian/ bookworm-updates main
http://mirror.example/debian/ bookworm contrib
http://mirror.example/debian/ bookworm main
http://other.example/debian/ bookworm main
http://mirror.example/debian-security/ bookworm-security main
`;
const OURS = 'deb http://mirror.example/debian bookworm main';

test('the first mirror of the release itself is taken, without its last slash', () => {
  assert.equal(firstMirror(TARGETS, 'bookworm'), 'http://mirror.example/debian');
  assert.equal(firstMirror(TARGETS, 'trixie'), undefined);
  assert.equal(firstMirror('', 'bookworm'), undefined);
});

const SNAPSHOT = 'http://snapshot.debian.org/archive/debian/20261101T000000Z';
const CASES: readonly {
  readonly name: string;
  readonly settings: Partial<SourceSettings>;
  readonly lines: readonly string[];
}[] = [
  {
    name: 'this machine’s own mirrors',
    settings: {},
    lines: [OURS, 'deb http://mirror.example/debian-security bookworm-security main'],
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
      'deb http://m/debian trixie main',
      'deb http://security.debian.org/debian-security trixie-security main',
    ],
  },
  {
    name: 'Ubuntu, which has security updates on the same mirror',
    settings: { suite: 'noble', mirror: 'http://m/ubuntu' },
    lines: ['deb http://m/ubuntu noble main', 'deb http://m/ubuntu noble-security main'],
  },
  {
    name: 'snapshots',
    settings: {
      mirror: SNAPSHOT,
      securityMirror: `${SNAPSHOT.replace('debian/2', 'debian-security/2')}/`,
    },
    lines: [
      `deb [check-valid-until=no] ${SNAPSHOT} bookworm main`,
      'deb [check-valid-until=no] http://snapshot.debian.org/archive/debian-security/20261101T000000Z/ bookworm-security main',
    ],
  },
];
for (const { name, settings, lines } of CASES) {
  test(`sources: ${name}`, () => {
    const all = { suite: 'bookworm', mirror: '', securityMirror: '', ...settings };
    assert.deepEqual(packageSources(all, TARGETS).lines, lines);
  });
}

test('an unknown release is refused with what to do', () => {
  const settings = { suite: 'no-such-release', mirror: '', securityMirror: '' };
  assert.throws(() => packageSources(settings, TARGETS), {
    code: 'mirror-unknown',
    message: /pxe\.mirror/,
  });
});
