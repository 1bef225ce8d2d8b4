import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNetwork, networkMatcher } from './networks.ts';

const texts: readonly [text: string, isSound: boolean][] = [
  ['10.0.0.0/8', true],
  ['0.0.0.0/0', true],
  ['192.168.1.5', true],
  ['fd00::/8', true],
  ['::1', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8/9', false],
  ['10.0.0.0/-1', false],
  ['10.0.0/8', false],
  ['fe80::1%eth0', false],
  ['node-a', false],
  ['', false],
];
for (const [text, isSound] of texts) {
  test(`"${text}" is ${isSound ? 'a' : 'no'} network`, () =>
    assert.equal(isNetwork(text), isSound));
}

const addresses: readonly [address: string, isIn: boolean][] = [
  ['10.255.0.1', true],
  ['11.0.0.1', false],
  ['192.168.1.5', true],
  ['192.168.1.6', false],
  ['::ffff:10.1.2.3', true],
  ['fd12::1', true],
  ['fe80::1', false],
  ['', false],
  ['node-a', false],
];
const isKnown = networkMatcher(['10.0.0.0/8', '192.168.1.5', 'fd00::/8']);
for (const [address, isIn] of addresses) {
  test(`"${address}" is ${isIn ? 'in' : 'outside of'} the networks`, () =>
    assert.equal(isKnown(address), isIn));
}

test('without networks no address is in one', () =>
  assert.equal(networkMatcher([])('127.0.0.1'), false));
