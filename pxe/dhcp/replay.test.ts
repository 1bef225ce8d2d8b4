import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DescribedPacket } from './describe.ts';
import { type ReplayedPacket, replay } from './replay.ts';

const TESTDATA = join(import.meta.dirname, 'testdata');
const recordings = readdirSync(TESTDATA).filter((name) => name.endsWith('.jsonl'));
const read = (name: string) => readFileSync(join(TESTDATA, name), 'utf8');

const option = (packet: DescribedPacket | undefined, code: number) =>
  packet?.options.find((one) => one.code === code);

/** The rules that every answer follows, whoever asks. */
function checkFrame(packet: ReplayedPacket, server: string): DescribedPacket {
  const { request, answers } = packet;
  assert.equal(answers.length, 1);
  const answer = answers[0]!;
  const reply = answer.packet;
  assert.ok(request);
  assert.equal(reply.op, 2);
  for (const same of ['htype', 'hlen', 'chaddr', 'xid', 'flags', 'secs', 'giaddr'] as const) {
    assert.equal(reply[same], request[same], same);
  }
  assert.equal(reply.options[0]?.code, 53, 'message type first');
  assert.equal(option(reply, 54)?.value, server);
  assert.equal(option(reply, 97)?.hex, option(request, 97)?.hex, 'machine id echoed');
  assert.ok(answer.hex.length >= 600, 'at least 300 bytes');
  assert.equal(answer.hex.slice(472, 480), '63825363');
  assert.equal(option(reply, 52), undefined, 'one options area');
  return reply;
}

function isIpxe(packet: ReplayedPacket): boolean {
  return option(packet.request, 77)?.value === 'iPXE';
}

/** What firmware is given, by its option 93. */
const LOADER_OF: Readonly<Record<string, string>> = {
  '0000': 'undionly.kpxe',
  '0007': 'snponly.efi',
  '0010': 'snponly.efi',
  '000b': 'snponly-arm64.efi',
  '0013': 'snponly-arm64.efi',
};

function checkBootFile(packet: ReplayedPacket, reply: DescribedPacket, server: string): void {
  const loader = LOADER_OF[option(packet.request, 93)?.hex ?? ''] ?? 'no loader';
  assert.equal(reply.siaddr, server, 'siaddr is ours: iPXE takes nothing from 0.0.0.0');
  assert.equal(option(reply, 67)?.value, reply.file, 'file and option 67 agree');
  if (isIpxe(packet)) {
    assert.equal(reply.file, `http://${server}:8642/ipxe/${reply.chaddr.replaceAll(':', '-')}`);
  } else if (option(packet.request, 60)?.value?.startsWith('HTTPClient')) {
    assert.equal(reply.file.split('/').at(-1), loader);
    assert.match(reply.file, /^http:\/\//);
    assert.equal(option(reply, 60)?.value, 'HTTPClient');
  } else {
    assert.equal(reply.file, loader);
    assert.equal(option(reply, 43)?.hex, '060108ff');
  }
}

for (const name of recordings) {
  test(`proxy mode answers ${name} by the rules`, () => {
    const { packets, server } = replay(read(name), 'proxy');
    assert.equal(server, '10.99.0.3');
    assert.ok(packets.length > 0);
    for (const packet of packets) {
      const type = packet.request?.type;
      if (packet.port === 67 && type === 'request') {
        assert.deepEqual(packet.answers, [], 'a REQUEST on 67 belongs to the other server');
        continue;
      }
      const reply = checkFrame(packet, server);
      const answer = packet.answers[0]!;
      assert.equal(reply.yiaddr, '0.0.0.0');
      assert.match(option(reply, 60)?.value ?? '', /^(PXE|HTTP)Client$/);
      for (const code of [1, 3, 51])
        assert.equal(option(reply, code), undefined, `no option ${code}`);
      checkBootFile(packet, reply, server);
      if (packet.port === 67) {
        assert.deepEqual([reply.type, answer.to, answer.port], ['offer', '255.255.255.255', 68]);
      } else {
        assert.deepEqual([reply.type, answer.fromPort], ['ack', 4011]);
        assert.equal(reply.ciaddr, packet.request?.ciaddr);
        assert.equal(answer.to, packet.request?.ciaddr);
        assert.equal(answer.port, isIpxe(packet) ? 68 : 4011);
      }
    }
  });

  test(`server mode answers ${name} by the rules`, () => {
    const { packets, server } = replay(read(name), 'server');
    assert.equal(server, '10.99.0.2');
    for (const packet of packets) {
      if (packet.port === 4011) continue;
      const reply = checkFrame(packet, server);
      assert.equal(reply.type, packet.request?.type === 'discover' ? 'offer' : 'ack');
      assert.match(reply.yiaddr, /^10\.99\.0\.10\d$/);
      for (const code of [1, 3, 6, 51, 58, 59]) assert.ok(option(reply, code), `option ${code}`);
      checkBootFile(packet, reply, server);
      if (isIpxe(packet)) assert.equal(option(reply, 175)?.hex, 'b00101ff');
      const wanted = option(packet.request, 50)?.value;
      if (wanted !== undefined) assert.equal(reply.yiaddr, wanted);
    }
  });
}

test('damage in a recorded packet is reported, not fatal', () => {
  const line = {
    t: 0,
    dir: 'client',
    src: '0.0.0.0',
    sport: 68,
    dst: '255.255.255.255',
    dport: 67,
  };
  const { packets } = replay(JSON.stringify({ ...line, payload: '0101' }), 'proxy');
  assert.equal(packets[0]?.outcome, 'dhcp-short');
  assert.deepEqual(packets[0]?.answers, []);
});

for (const [what, text] of [
  ['text', 'hello'],
  ['JSON of something else', '{"dir":"client"}'],
] as const) {
  test(`a recording with a line of ${what} is refused with its number`, () => {
    assert.throws(() => replay(`\n${text}\n`, 'proxy'), { code: 'recording-line', line: 2 });
  });
}
