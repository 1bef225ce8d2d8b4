import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog } from './log.ts';

test('a line holds time, level, source, event and fields; values cannot forge a line', () => {
  const lines: string[] = [];
  const log = openLog('collector', 'info', (line) => lines.push(line));
  log.info('host-up', { host: 'n001', text: 'two words\nand=more', absent: undefined, count: 3 });
  assert.match(
    lines[0] ?? '',
    /^\d{4}-\d\d-\d\dT[\d:.]+Z info collector host-up host=n001 text="two words\\nand=more" count=3\n$/,
  );
});

test('lines below the level are not written', () => {
  const lines: string[] = [];
  const log = openLog('collector', 'warn', (line) => lines.push(line));
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  assert.equal(lines.length, 2);
});
