import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstMirror, mirrorFor } from './mirror.ts';

const TARGETS = `http://mirror.example/debian/ bookworm-updates main
http://mirror.example/debian/ bookworm contrib
http://mirror.example/debian/ bookworm main
http://other.example/debian/ bookworm main
`;

test('the first mirror of the release itself is taken, without its last slash', () => {
  assert.equal(firstMirror(TARGETS, 'bookworm'), 'http://mirror.example/debian');
  assert.equal(firstMirror(TARGETS, 'trixie'), undefined);
  assert.equal(firstMirror('', 'bookworm'), undefined);
});

test('a configured mirror is used as it is, an unknown release is refused with what to do', () => {
  assert.equal(mirrorFor({ mirror: 'http://m/debian', suite: 'any' }), 'http://m/debian');
  assert.throws(() => mirrorFor({ mirror: '', suite: 'no-such-release' }), {
    code: 'mirror-unknown',
    message: /pxe\.mirror/,
  });
});
