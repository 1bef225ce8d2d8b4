import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultsOf } from '../base/config.ts';
import { SETTINGS_VARIABLE } from '../base/daemon.ts';
import { collectorSettings } from '../collector/settings.ts';
import { collectorDaemon } from './daemons.ts';

test('no setting is among the arguments of a daemon, where every user of the machine sees it', () => {
  const webhooks = ['https://chat.example/hooks/secret'];
  const { args, env } = collectorDaemon({ ...defaultsOf(collectorSettings), webhooks });
  assert.ok(!args.join(' ').includes('secret'));
  assert.deepEqual(JSON.parse(env[SETTINGS_VARIABLE] ?? '').webhooks, webhooks);
});
