import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { AgentKey, agentKey, isSealed, seal } from './authentication.ts';

const TAG_SIZE = 16;
const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
const datagrams = fc.uint8Array({ minLength: TAG_SIZE, maxLength: 2000 });

test("law: the tag is Node's own HMAC-SHA-256, truncated, and is accepted", () => {
  fc.assert(
    fc.property(keys, datagrams, (bytes, datagram) => {
      const key = new AgentKey(bytes);
      const text = datagram.subarray(0, -TAG_SIZE);
      seal(datagram, key);
      const digest = createHmac('sha256', bytes).update(text).digest();
      assert.deepEqual(Buffer.from(datagram.subarray(-TAG_SIZE)), digest.subarray(0, TAG_SIZE));
      assert.ok(isSealed(datagram, key));
    }),
  );
});

test('law: a datagram with another bit is refused, and so is one under another key', () => {
  fc.assert(
    fc.property(keys, keys, datagrams, fc.nat(), (bytes, others, datagram, place) => {
      fc.pre(Buffer.compare(bytes, others) !== 0);
      seal(datagram, new AgentKey(bytes));
      assert.ok(!isSealed(datagram, new AgentKey(others)));
      const bit = place % (datagram.length * 8);
      datagram[bit >> 3] = (datagram[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.ok(!isSealed(datagram, new AgentKey(bytes)));
    }),
  );
});

test('the largest datagram can be sealed, what is shorter than a tag is refused', () => {
  const key = agentKey(new Uint8Array(32), 'sixteen letters.');
  const largest = new Uint8Array(65_507).fill(1);
  seal(largest, key);
  assert.ok(isSealed(largest, key));
  assert.ok(!isSealed(new Uint8Array(TAG_SIZE - 1), key));
});

test('without a key the tag is zero', () => {
  const datagram = new Uint8Array(20).fill(9);
  seal(datagram, undefined);
  assert.deepEqual([...datagram], [9, 9, 9, 9, ...new Array<number>(TAG_SIZE).fill(0)]);
});

test('the key of an agent depends on the secret and on the agent', () => {
  const secret = new Uint8Array(32).fill(7);
  const hex = agentKey(secret, 'agent one.......').toHex();
  assert.match(hex, /^[0-9a-f]{64}$/);
  assert.equal(new AgentKey(Buffer.from(hex, 'hex')).toHex(), hex);
  assert.notEqual(agentKey(secret, 'agent two.......').toHex(), hex);
  assert.notEqual(agentKey(new Uint8Array(32).fill(8), 'agent one.......').toHex(), hex);
  assert.throws(() => new AgentKey(new Uint8Array(16)), RangeError);
});
