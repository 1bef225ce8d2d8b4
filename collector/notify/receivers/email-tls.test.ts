import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { DeliveryError } from '../delivery.ts';
import { send } from './testing/send.ts';

/** Signed by itself for mail.example.org, until the year 2126. */
const TESTDATA = join(import.meta.dirname, 'testdata');
const CERTIFICATE = join(TESTDATA, 'mail-cert.pem');
const cert = readFileSync(CERTIFICATE);
const key = readFileSync(join(TESTDATA, 'mail-key.pem'));

/** Just enough SMTP with STARTTLS. @returns the mails that were taken */
async function mailServer(use: (port: number) => Promise<void>): Promise<number> {
  let mails = 0;
  const sockets: Socket[] = [];
  const talk = (socket: Socket) => {
    let inData = false;
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\r\n').filter(Boolean)) {
        if (inData) {
          if (line !== '.') continue;
          inData = false;
          mails += 1;
        }
        const verb = line.slice(0, 4).toUpperCase();
        inData = verb === 'DATA';
        if (verb === 'STAR') {
          socket.removeAllListeners('data');
          socket.write('220 go\r\n');
          talk(new TLSSocket(socket, { isServer: true, key, cert }));
        } else if (verb === 'EHLO') socket.write('250-test\r\n250 STARTTLS\r\n');
        else if (verb === 'QUIT') socket.end('221 bye\r\n');
        else socket.write(inData ? '354 go on\r\n' : '250 ok\r\n');
      }
    });
  };
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.write('220 test\r\n');
    talk(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  return mails;
}

const email = (port: number, tls: string) =>
  `email_configs: [{to: a@example.org, from: b@example.org, smarthost: '127.0.0.1:${port}', ${tls}}]`;

for (const tls of [
  `tls_config: {ca_file: ${CERTIFICATE}, server_name: mail.example.org}`,
  'tls_config: {insecure_skip_verify: true}',
]) {
  test(`a mail server whose certificate is trusted by ${tls.replace(TESTDATA, '…')}`, async () => {
    assert.equal(await mailServer((port) => send(email(port, tls))), 1);
  });
}

for (const { name, tls } of [
  { name: 'of an unknown authority', tls: '' },
  { name: 'for another name', tls: `tls_config: {ca_file: ${CERTIFICATE}}` },
]) {
  test(`a certificate ${name} is refused, and it is said what to do`, async () => {
    const refused = (error: unknown) => {
      assert.ok(error instanceof DeliveryError);
      assert.match(error.advice, /tls_config/);
      assert.equal(error.isRecoverable, true);
      return true;
    };
    const mails = await mailServer(async (port) => {
      await assert.rejects(send(email(port, tls)), refused);
    });
    assert.equal(mails, 0);
  });
}
