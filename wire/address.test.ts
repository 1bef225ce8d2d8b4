import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIpv4, formatMac, macBytes, parseIpv4, parseMac } from './address.ts';

const macs: [string, string | undefined][] = [
  ['52:54:00:AA:00:01', '52:54:00:aa:00:01'],
  ['52-54-00-aa-00-01', '52:54:00:aa:00:01'],
  ['525400aa0001', '52:54:00:aa:00:01'],
  ['52:54-00:aa:00:01', undefined],
  ['52:54:00:aa:00', undefined],
  ['52:54:00:aa:00:01:02', undefined],
  ['52:54:00:aa:00:0g', undefined],
  ['', undefined],
];
for (const [text, expected] of macs) {
  test(`MAC ${JSON.stringify(text)} is ${expected ?? 'refused'}`, () => {
    assert.equal(parseMac(text), expected);
  });
}

test('a MAC survives bytes', () => {
  const mac = parseMac('00:ff:0a:10:01:fe');
  assert.ok(mac);
  assert.equal(formatMac(macBytes(mac)), mac);
});

const addresses: [string, number | undefined][] = [
  ['0.0.0.0', 0],
  ['10.99.0.2', 0x0a630002],
  ['255.255.255.255', 0xffffffff],
  ['256.0.0.1', undefined],
  ['10.99.0', undefined],
  ['10.99.0.2.1', undefined],
  ['010.99.0.2', undefined],
  ['10.99.0.-1', undefined],
  ['10.99.0. 2', undefined],
];
for (const [text, expected] of addresses) {
  test(`IPv4 ${text} is ${expected ?? 'refused'}`, () => {
    const value = parseIpv4(text);
    assert.equal(value, expected);
    if (value !== undefined) assert.equal(formatIpv4(value), text);
  });
}
