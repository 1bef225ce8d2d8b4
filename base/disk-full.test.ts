import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diskFullAnswer, isDiskFull } from './disk-full.ts';

for (const code of ['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'])
  test(`${code} is a full disk`, () => {
    assert.equal(diskFullAnswer(Object.assign(new Error('why'), { code }))?.status, 507);
  });

for (const error of [undefined, null, new Error('ENOSPC'), { code: 'SQLITE_IOERR_READ' }])
  test(`${JSON.stringify(error)} is none`, () => assert.equal(isDiskFull(error), false));
