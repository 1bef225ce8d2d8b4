import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Alert } from '../alert.ts';
import { NOTIFICATION, send, TITLE } from './testing/send.ts';

test('exec: JSON on standard input, title in the environment, failures with what was said', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'receiver-'));
  const out = join(folder, 'out');
  await send(
    `exec_configs: [{command: [/bin/sh, -c, 'cat >${out}; echo "$CLUSTERMON_TITLE" >>${out}']}]`,
  );
  const text = readFileSync(out, 'utf8');
  assert.match(text, /"version":"4"/);
  assert.ok(text.endsWith(`${TITLE}\n`));
  await assert.rejects(send("exec_configs: [{command: [/bin/sh, -c, 'echo no >&2; exit 3']}]"), {
    message: '/bin/sh exited with 3: no',
    isRecoverable: true,
  });
  await assert.rejects(send('exec_configs: [{command: [/no/such/program]}]'), /cannot run/);
  await assert.rejects(send('exec_configs: [{command: [/bin/sleep, "60"], timeout: 100ms}]'), {
    message: '/bin/sleep was ended after 0.1 s: ',
  });
  rmSync(folder, { recursive: true });
});

test('exec: what a script has started ends with it when it is late', async () => {
  await assert.rejects(
    send("exec_configs: [{command: [/bin/sh, -c, 'sleep 600; true'], timeout: 300ms}]"),
    { message: '/bin/sh was ended after 0.3 s: ' },
  );
});

test('exec: a command that leaves something running behind has ended', async () => {
  await send("exec_configs: [{command: [/bin/sh, -c, 'setsid sleep 20 &'], timeout: 60s}]");
});

test('exec: texts with what no environment takes', async () => {
  const [alert] = NOTIFICATION.alerts;
  const labels = { alertname: 'A\0B', long: 'x'.repeat(200_000) };
  const odd = { ...NOTIFICATION, alerts: [{ ...(alert as Alert), labels }] };
  await send('exec_configs: [{command: [/bin/true]}]', odd);
});
