import { createTransport } from 'nodemailer';
import { reasonOf } from '../../../base/errors.ts';
import type { IntegrationConfig } from '../config.ts';
import { DeliveryError, type Integration } from '../delivery.ts';
import type { Notification } from '../payload.ts';
import { readSecret } from './http.ts';
import { isOver, linesOf, titleOf } from './text.ts';

type EmailConfig = Extract<IntegrationConfig, { kind: 'email' }>;

const TIMEOUT_MS = 15_000;
/** SMTP over TLS from the first byte; other ports begin plain and turn to TLS. */
const SMTPS_PORT = 465;

/** An e-mail by the given SMTP server. A 5xx answer of it is final, anything else is tried again. */
export function email(id: string, config: EmailConfig): Integration {
  return {
    id,
    send: async (notification, mark) => {
      const password = readSecret(config.password);
      const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(config.smarthost) ?? [];
      const transport = createTransport({
        host,
        port: Number(port),
        secure: Number(port) === SMTPS_PORT,
        requireTLS: config.requireTls,
        ignoreTLS: !config.requireTls,
        connectionTimeout: TIMEOUT_MS,
        greetingTimeout: TIMEOUT_MS,
        socketTimeout: TIMEOUT_MS,
        ...(config.hello && { name: config.hello }),
        ...(config.username && { auth: { user: config.username, pass: password } }),
      });
      try {
        await transport.sendMail({
          from: config.from,
          to: config.to,
          subject: titleOf(notification),
          text: textOf(notification),
          html: htmlOf(notification),
          messageId: `<${mark.id}@clustermon>`,
        });
      } catch (error) {
        const { responseCode = 0 } = error as { readonly responseCode?: number };
        throw new DeliveryError(`${config.smarthost}: ${reasonOf(error)}`, responseCode < 500);
      } finally {
        transport.close();
      }
    },
  };
}

function textOf(notification: Notification): string {
  return `${linesOf(notification).join('\n')}\n\n${notification.externalUrl}/alerts\n`;
}

function htmlOf(notification: Notification): string {
  const color = isOver(notification) ? '#0B7A55' : '#B0122B';
  const items = linesOf(notification).map((line) => `<li>${escapeHtml(line)}</li>`);
  const link = escapeHtml(`${notification.externalUrl}/alerts`);
  return `<h2 style="color:${color}">${escapeHtml(titleOf(notification))}</h2><ul>${items.join('')}</ul><p><a href="${link}">${link}</a></p>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
