import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { ManualClock } from '../../../base/clock.ts';
import { openLog } from '../../../base/log.ts';
import type { Alert } from '../alert.ts';
import type { GraphPorts } from '../graphs.ts';
import { NOTIFICATION, START_MS, send } from './testing/send.ts';

/** Just enough SMTP: `refuse` answers RCPT with 550. */
async function smtpServer(refuse: boolean, use: (port: number) => Promise<void>): Promise<string> {
  let mail = '';
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    let inData = false;
    socket.write('220 test\r\n');
    socket.setEncoding('utf8').on('data', (text: string) => {
      if (inData) {
        mail += text;
        if (!mail.endsWith('\r\n.\r\n')) return;
        inData = false;
        socket.write('250 ok\r\n');
        return;
      }
      for (const line of text.split('\r\n').filter(Boolean)) {
        const verb = line.slice(0, 4).toUpperCase();
        inData = verb === 'DATA';
        if (verb === 'QUIT') socket.end('221 bye\r\n');
        else if (verb === 'RCPT' && refuse) socket.write('550 no such user\r\n');
        else socket.write(inData ? '354 go on\r\n' : '250 ok\r\n');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  return mail;
}

const email = (port: number) =>
  `email_configs: [{to: ops@example.org, from: head@example.org, smarthost: '127.0.0.1:${port}', require_tls: false}]`;

test('e-mail: subject, text, an id that stays', async () => {
  const mail = await smtpServer(false, (port) => send(email(port)));
  assert.match(mail, /^Subject: \[FIRING:1\] HostDown \(host=n042 severity=critical\)\r$/m);
  assert.match(mail, /^Message-ID: <d1@clustermon>\r$/m);
  assert.ok(mail.replaceAll('\r\n', '\n').includes('critical: n042 is down\n  host n042, since'));
});

test('e-mail: a label with line ends makes no header', async () => {
  const [alert] = NOTIFICATION.alerts;
  const labels = { alertname: 'A\r\nBcc: all@example.org\r\n\r\nhello' };
  const odd = {
    ...NOTIFICATION,
    groupLabels: labels,
    alerts: [{ ...(alert as Alert), labels }],
  };
  const mail = await smtpServer(false, (port) =>
    send(
      email(port).replace('to:', "headers: {X-Alert: '{{ .GroupLabels.alertname }}'}, to:"),
      odd,
    ),
  );
  const [head = ''] = mail.split('\r\n\r\n');
  assert.match(head, /^Subject: .*Bcc: all@example.org/m);
  assert.match(head, /^X-Alert: .*Bcc: all@example.org/m);
  assert.doesNotMatch(head, /^Bcc:/m);
});

test('e-mail: the graph of a firing alert is a picture that the HTML names', async () => {
  const png = Buffer.from('picture');
  const graph = {
    png,
    width: 620,
    height: 210,
    title: 'n042: up{rack="r<7"}',
    caption: '09:00 to 10:00 UTC',
    lines: [{ colour: '#0072B2', text: 'last 0, min 0, max 1' }],
  };
  const graphs: GraphPorts = {
    source: { graphOf: async () => graph },
    clock: new ManualClock(START_MS),
    log: openLog('test', 'error', () => {}),
  };
  const mail = await smtpServer(false, (port) => send(email(port), NOTIFICATION, false, graphs));
  const [plain, related] = partsOf(mail, 'multipart/alternative') as [string, string];
  assert.match(plain, /^Content-Type: text\/plain/m);
  assert.ok(plain.includes('critical: n042 is down') && !plain.includes('max 1'));
  const [html, picture] = partsOf(related, 'multipart/related') as [string, string];
  const cid = /^Content-ID: <(.+)>$/m.exec(picture)?.[1];
  const [, encoded] = picture.split('\n\n');
  assert.match(picture, /^Content-Type: image\/png/m);
  assert.match(picture, /^Content-Disposition: inline/m);
  assert.equal(Buffer.from(encoded ?? '', 'base64').toString(), png.toString());
  const text = html.replaceAll('=\n', '').replaceAll('=3D', '=');
  assert.ok(text.includes(`<img src="cid:${cid}" width="620" height="210"`), text);
  assert.ok(
    text.includes(
      'alt="n042: up{rack=&quot;r&lt;7&quot;}, 09:00 to 10:00 UTC: last 0, min 0, max 1"',
    ),
    text,
  );
});

test("e-mail: HTML of one's own puts the graphs where it wants them", async () => {
  const graph = {
    png: Buffer.from('picture'),
    width: 620,
    height: 210,
    title: 'up',
    caption: '',
    lines: [],
  };
  const graphs: GraphPorts = {
    source: { graphOf: async () => graph },
    clock: new ManualClock(START_MS),
    log: openLog('test', 'error', () => {}),
  };
  const mail = await smtpServer(false, (port) =>
    send(
      email(port).replace('to:', "html: '<p>{{ .CommonLabels.host }}</p>{{ .Graphs }}<hr>', to:"),
      NOTIFICATION,
      false,
      graphs,
    ),
  );
  const text = mail.replaceAll('=\r\n', '').replaceAll('=3D', '=');
  assert.match(text, /<p>n042<\/p><div .*<img src="cid:graph-1@clustermon".*<\/div><hr>/);
});

/** The parts of the first multipart of this type, with plain line ends. */
function partsOf(mail: string, type: string): readonly string[] {
  const text = mail.replaceAll('\r\n', '\n');
  const start = text.indexOf(type);
  const boundary = /boundary="(.+?)"/.exec(text.slice(start))?.[1] ?? '';
  return text.slice(start).split(`--${boundary}`).slice(1, -1);
}

test('e-mail: a server that refuses for good is not asked again', async () => {
  await smtpServer(true, async (port) => {
    await assert.rejects(send(email(port)), { isRecoverable: false });
  });
});
