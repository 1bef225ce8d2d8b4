import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ipv4, parseIpv4 } from '../../wire/address.ts';
import { parseRangeSetting, type RangeSetting, subnetsOf } from './subnets.ts';

const ip = (text: string) => parseIpv4(text) as Ipv4;

const settings: [string, RangeSetting | undefined][] = [
  ['10.0.0.100-10.0.0.199', { first: ip('10.0.0.100'), last: ip('10.0.0.199') }],
  [
    '10.9.0.50 - 10.9.0.99/24 router 10.9.0.1',
    { first: ip('10.9.0.50'), last: ip('10.9.0.99'), prefix: 24, router: ip('10.9.0.1') },
  ],
  ['10.0.0.199-10.0.0.100', undefined],
  ['10.0.0.1-10.0.1.1/24', undefined],
  ['10.0.0.1-10.0.0.2/31', undefined],
  ['10.0.0.1-10.0.0.2 router 300.0.0.1', undefined],
  ['10.0.0.1', undefined],
];
for (const [text, expected] of settings) {
  test(`the range ${text} is ${expected ? 'read' : 'refused'}`, () => {
    assert.deepEqual(parseRangeSetting(text), expected);
  });
}

test('ranges of one network make one subnet', () => {
  const ranges = [
    '10.0.0.10-10.0.0.19',
    '10.0.0.30-10.0.0.39 router 10.0.0.1',
    '10.9.0.5-10.9.0.9/25',
  ];
  const subnets = subnetsOf(
    ranges.map((text) => parseRangeSetting(text) as RangeSetting),
    { address: ip('10.0.0.1'), prefix: 24 },
    { dns: [], leaseSeconds: 600 },
  );
  assert.deepEqual(
    subnets.map(({ network, prefix, router, ranges: own }) => [
      network,
      prefix,
      router,
      own.length,
    ]),
    [
      [ip('10.0.0.0'), 24, ip('10.0.0.1'), 2],
      [ip('10.9.0.0'), 25, undefined, 1],
    ],
  );
});
