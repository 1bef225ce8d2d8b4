import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { test } from 'node:test';
import { userName, variable } from './environment.ts';

/** No user has this number. */
const NAMELESS = 4_242_424;

test('a user has a name; in a container perhaps a number alone', (t) => {
  const user = process.geteuid?.() ?? 0;
  assert.equal(userName(), userInfo().username);
  // Only root can become another user.
  if (user !== 0) return;
  process.seteuid?.(NAMELESS);
  t.after(() => process.seteuid?.(user));
  assert.equal(userName(), `user ${NAMELESS}`);
});

test('an empty variable counts as not set', (t) => {
  t.after(() => delete process.env['CLUSTERMON_SAMPLE']);
  assert.equal(variable('CLUSTERMON_SAMPLE'), undefined);
  process.env['CLUSTERMON_SAMPLE'] = '';
  assert.equal(variable('CLUSTERMON_SAMPLE'), undefined);
  process.env['CLUSTERMON_SAMPLE'] = '/srv';
  assert.equal(variable('CLUSTERMON_SAMPLE'), '/srv');
});
