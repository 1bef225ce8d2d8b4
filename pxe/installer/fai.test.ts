import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FaiEvent, parseFaiLine, runFai } from './fai.ts';

const LINES: readonly (readonly [string, FaiEvent | undefined])[] = [
  ['TASKBEGIN partition', { kind: 'begin', task: 'partition' }],
  ['TASKEND partition 0', { kind: 'end', task: 'partition', code: 0 }],
  ['TASKEND instsoft 471', { kind: 'end', task: 'instsoft', code: 471 }],
  ['TASKERROR mountdisks 885', { kind: 'error', task: 'mountdisks', code: 885 }],
  ['TASKSKIP debconf', { kind: 'skip', task: 'debconf' }],
  ['HOOK instsoft.DEBIAN.sh', { kind: 'hook', name: 'instsoft.DEBIAN.sh' }],
  ['ASK extract', { kind: 'ask', what: 'extract' }],
  ['DIE No fstab created.', { kind: 'die', reason: 'No fstab created.' }],
  ['DONE 420', { kind: 'done', code: 420 }],
  ['check', undefined],
  ['', undefined],
];
for (const [line, event] of LINES) {
  test(`reads "${line}"`, () => assert.deepEqual(parseFaiLine(line), event));
}

const SCRIPT = `
  echo out; echo err >&2
  echo "TASKBEGIN extrbase" >&3
  echo "ASK extract" >&3; read -r answer <&4; echo "extract: $answer"
  echo "ASK other" >&3; read -r answer <&4; echo "other: $answer"
  exit 7`;

test('answers what is asked, and passes lines, events and the exit status on', async () => {
  const lines: string[] = [];
  const events: FaiEvent[] = [];
  const status = await runFai({
    command: 'sh',
    args: ['-c', SCRIPT],
    env: { PATH: '/bin' },
    onLine: (line) => lines.push(line),
    onEvent: (event) => events.push(event),
    answer: async (what) => {
      if (what === 'extract') return 'yes';
      throw new Error('not\nnow');
    },
  });
  assert.equal(status, 7);
  assert.deepEqual(lines.toSorted(), ['err', 'extract: yes', 'other: not now', 'out']);
  assert.deepEqual(
    events.map((event) => event.kind),
    ['begin', 'ask', 'ask'],
  );
});
