import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fingerprint } from '../alert.ts';
import { DeliveryError } from '../delivery.ts';
import type { Notification } from '../payload.ts';
import { adviceForCause } from './advice.ts';
import { NOTIFICATION, START_MS, send, TITLE } from './testing/send.ts';

const RESOLVED: Notification = {
  ...NOTIFICATION,
  alerts: NOTIFICATION.alerts.map((alert) => ({ ...alert, endsAtMs: START_MS + 500 })),
};
const ID = fingerprint(NOTIFICATION.alerts[0]?.labels ?? {});
const PAGE = `http://head:8640/host/n042?from=${START_MS / 1000 - 1800}&to=${START_MS / 1000 + 1800}`;
const TEXT = `critical: n042 is down
  host n042, since 2026-11-21T10:00:00Z, value 0, id ${ID}
  ${PAGE}

Acknowledge: clustermon alert ack ${ID} -c 'on it'
Silence: clustermon silence add alertname=HostDown host=n042 -d 2h -c 'why'
Both with a click: http://head:8640/alerts`;

/** A server that answers as `answer` does. */
async function answering(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** A server that answers with this status, and what it was asked. */
async function serverFor(
  status: number,
  use: (url: string) => Promise<void>,
): Promise<
  { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: unknown }[]
> {
  const asked: { url: string; headers: IncomingHttpHeaders; body: unknown }[] = [];
  await answering((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({ url: request.url ?? '', headers: request.headers, body: JSON.parse(body) });
      response.writeHead(status).end('because');
    });
  }, use);
  return asked;
}

test('webhook: payload, authorization, marks', async () => {
  const [asked] = await serverFor(200, (url) =>
    send(
      `webhook_configs: [{url: '${url}/x', http_config: {basic_auth: {username: u, password: p}}}]`,
      NOTIFICATION,
      true,
    ),
  );
  assert.equal(asked?.url, '/x');
  assert.equal(asked?.headers.authorization, `Basic ${Buffer.from('u:p').toString('base64')}`);
  assert.equal(asked?.headers['x-clustermon-delivery'], 'd1');
  assert.equal(asked?.headers['x-clustermon-possible-duplicate'], '1');
  assert.partialDeepStrictEqual(asked?.body, { version: '4' });
});

test('webhook: user and password may stand in its address', async () => {
  const [asked] = await serverFor(200, (url) =>
    send(`webhook_configs: [{url: '${url.replace('//', '//u:p%40ss@')}/x'}]`),
  );
  assert.equal(asked?.url, '/x');
  assert.equal(asked?.headers.authorization, `Basic ${Buffer.from('u:p@ss').toString('base64')}`);
});

test('slack: its API refuses with status 200', async () => {
  await answering(
    (_, response) => void response.end('{"ok":false,"error":"channel_not_found"}'),
    (url) =>
      assert.rejects(send(`slack_configs: [{api_url: '${url}'}]`), {
        message: 'Slack refused the message: channel_not_found',
        isRecoverable: false,
      }),
  );
});

for (const { status, isRecoverable } of [
  { status: 500, isRecoverable: true },
  { status: 429, isRecoverable: true },
  { status: 404, isRecoverable: false },
]) {
  test(`webhook: ${status} is ${isRecoverable ? '' : 'not '}tried again`, async () => {
    await serverFor(status, async (url) => {
      await assert.rejects(send(`webhook_configs: [{url: '${url}/secret'}]`), (error: unknown) => {
        assert.ok(error instanceof DeliveryError);
        assert.equal(error.isRecoverable, isRecoverable);
        assert.equal(error.message, `${url} answered ${status}: because`);
        return true;
      });
    });
  });
}

for (const status of [302, 307]) {
  test(`webhook: a redirect by ${status} is not followed`, async () => {
    const asked: string[] = [];
    await answering(
      (request, response) => {
        asked.push(`${request.method} ${request.url}`);
        response.writeHead(status, { location: '/-/reload' }).end();
      },
      async (url) => {
        await assert.rejects(send(`webhook_configs: [{url: '${url}/hook'}]`), {
          isRecoverable: true,
          advice: 'redirects are not followed: put the new address into the routing file',
        });
      },
    );
    assert.deepEqual(asked, ['POST /hook']);
  });
}

test('webhook: of an answer without end only the beginning is read', async () => {
  await answering(
    (_, response) => {
      response.writeHead(404);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    },
    async (url) => {
      await assert.rejects(send(`webhook_configs: [{url: '${url}'}]`), {
        message: `${url} answered 404: ${'x'.repeat(300)}`,
      });
    },
  );
});

test("slack: an answer that is no JSON accepts, as Mattermost's", async () => {
  await answering(
    (_, response) => void response.end('{ok}'),
    (url) => send(`slack_configs: [{api_url: '${url}'}]`),
  );
});

test('webhook: nobody there is tried again', async () => {
  await assert.rejects(send("webhook_configs: [{url: 'http://127.0.0.1:2/'}]"), {
    isRecoverable: true,
    advice: 'nothing listens there: check host and port, and that it runs',
  });
});

test('advice: the code of a cause may be a number, as that of a timeout', () => {
  const timeout = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  assert.match(adviceForCause(timeout), /does not answer in time/);
  assert.match(adviceForCause({ code: 'ECONNREFUSED' }), /nothing listens/);
  assert.match(adviceForCause(undefined), /check the address/);
});

test('a secret is read from its file at each use', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'receiver-'));
  const file = join(folder, 'url');
  const receiver = `webhook_configs: [{url_file: ${file}}]`;
  await assert.rejects(send(receiver), { isRecoverable: true });
  const asked = await serverFor(200, async (url) => {
    writeFileSync(file, `${url}/from-file\n`);
    await send(receiver);
  });
  assert.equal(asked[0]?.url, '/from-file');
  rmSync(folder, { recursive: true });
});

const bodies: readonly {
  readonly name: string;
  receiver(url: string): string;
  readonly notification: Notification;
  readonly want: object;
}[] = [
  {
    name: 'slack',
    receiver: (url) => `slack_configs: [{api_url: '${url}', channel: ops}]`,
    notification: NOTIFICATION,
    want: {
      channel: 'ops',
      username: 'clustermon',
      text: '',
      attachments: [
        {
          color: 'danger',
          title: TITLE,
          title_link: PAGE,
          fallback: TITLE,
          text: TEXT,
        },
      ],
    },
  },
  {
    name: 'slack, as the configuration has it',
    receiver: (url) => `slack_configs: [{
      api_url: '${url}', channel: '#{{ .CommonLabels.severity }}', username: '{{ template "slack.default.username" . }}',
      icon_emoji: ':fire:', message_text: 'see <@ops>', link_names: true, color: '{{ template "slack.default.color" . }}',
      title: 'down', title_link: '{{ .ExternalURL }}/x', pretext: 'p', text: '*{{ .CommonLabels.host }}*', footer: 'f',
      short_fields: true,
      fields: [{title: Host, value: '{{ .CommonLabels.host }}'}, {title: Why, value: '{{ .CommonAnnotations.summary }}', short: false}],
      actions: [
        {type: button, text: Page, url: 'http://head/{{ .CommonLabels.host }}', name: ignored, style: primary},
        {type: button, text: Off, name: off, value: '{{ .GroupLabels.alertname }}', confirm: {text: sure?, ok_text: 'yes'}},
      ]}]`,
    notification: NOTIFICATION,
    want: {
      channel: '#critical',
      username: 'clustermon',
      icon_emoji: ':fire:',
      link_names: true,
      text: 'see <@ops>',
      attachments: [
        {
          color: 'danger',
          title: 'down',
          title_link: 'http://head:8640/x',
          fallback: 'down',
          pretext: 'p',
          text: '*n042*',
          footer: 'f',
          mrkdwn_in: ['fallback', 'pretext', 'text'],
          fields: [
            { title: 'Host', value: 'n042', short: true },
            { title: 'Why', value: 'n042 is down', short: false },
          ],
          actions: [
            { type: 'button', text: 'Page', url: 'http://head/n042', style: 'primary' },
            {
              type: 'button',
              text: 'Off',
              name: 'off',
              value: 'HostDown',
              confirm: { text: 'sure?', ok_text: 'yes' },
            },
          ],
        },
      ],
    },
  },
  {
    name: 'ntfy',
    receiver: (url) => `ntfy_configs: [{url: '${url}', topic: ops}]`,
    notification: NOTIFICATION,
    want: {
      topic: 'ops',
      title: TITLE,
      message: TEXT,
      priority: 5,
      tags: ['rotating_light'],
      click: PAGE,
    },
  },
  {
    name: 'pagerduty with texts of its own',
    receiver: (url) => `pagerduty_configs: [{url: '${url}', routing_key: k,
      client: '{{ .Receiver }}', client_url: 'http://wiki/{{ .CommonLabels.host }}', severity: error, component: disk,
      group: '{{ .CommonLabels.nothing }}', class: c, source: s, description: 'down: {{ .CommonLabels.host }}',
      details: {Firing: '{{ len .Alerts.Firing }}'}, http_config: {authorization: {credentials: t}},
      links: [{href: 'http://wiki/', text: Wiki}, {href: '{{ .CommonLabels.nothing }}'}],
      images: [{src: 'http://head/graph.svg', alt: g}]}]`,
    notification: NOTIFICATION,
    want: {
      routing_key: 'k',
      event_action: 'trigger',
      dedup_key: 'a hash',
      client: 'r',
      client_url: 'http://wiki/n042',
      links: [{ href: 'http://wiki/', text: 'Wiki' }],
      images: [{ src: 'http://head/graph.svg', alt: 'g' }],
      payload: {
        summary: 'down: n042',
        source: 's',
        severity: 'error',
        class: 'c',
        component: 'disk',
        custom_details: {
          text: TEXT,
          labels: { alertname: 'HostDown', host: 'n042', severity: 'critical' },
          Firing: '1',
        },
      },
    },
  },
  {
    name: 'pagerduty, over',
    receiver: (url) => `pagerduty_configs: [{url: '${url}', routing_key: k}]`,
    notification: RESOLVED,
    want: {
      routing_key: 'k',
      event_action: 'resolve',
      dedup_key: '4a0e8c5eb4cd38ec1b1dba4bf6b9e2c1',
      client: 'clustermon',
      client_url: PAGE,
      payload: {
        summary: '[RESOLVED] HostDown (host=n042 severity=critical)',
        source: 'n042',
        severity: 'warning',
        class: 'HostDown',
        custom_details: {
          text: `resolved: n042 is down
  host n042, from 2026-11-21T10:00:00Z to 2026-11-21T10:00:00.5Z, value 0, id ${ID}
  ${PAGE}

All alerts: http://head:8640/alerts`,
          labels: { alertname: 'HostDown', host: 'n042', severity: 'critical' },
        },
      },
    },
  },
  {
    name: 'alertmanager',
    receiver: (url) => `alertmanager_configs: [{url: '${url}'}]`,
    notification: NOTIFICATION,
    want: [
      {
        labels: NOTIFICATION.alerts[0]?.labels,
        annotations: { summary: 'n042 is down' },
        startsAt: '2026-11-21T10:00:00.000Z',
        endsAt: '2026-11-22T10:00:01.000Z',
        generatorURL: '',
      },
    ],
  },
];

for (const { name, receiver, notification, want } of bodies) {
  test(`${name}: body`, async () => {
    const [asked] = await serverFor(202, (url) => send(receiver(url), notification));
    const body = asked?.body as Record<string, unknown>;
    // A hash of the group's key: only that there is one.
    if ('dedup_key' in want) {
      assert.match(String(body['dedup_key']), /^[0-9a-f]{64}$/);
      assert.deepEqual(body, { ...want, dedup_key: body['dedup_key'] });
    } else assert.deepEqual(body, want);
  });
}
