import type { ConnectionOptions } from 'node:tls';
import { createTransport } from 'nodemailer';
import { reasonOf } from '../../../base/errors.ts';
import type { IntegrationConfig } from '../config.ts';
import { DeliveryError, type Integration } from '../delivery.ts';
import { drawGraphs, type GraphPorts } from '../graphs.ts';
import type { Notification } from '../payload.ts';
import { adviceForCause } from './advice.ts';
import { escapeHtml } from './escape-html.ts';
import { readSecret } from './http.ts';
import { graphAttachments, htmlOfGraphs } from './mail-graphs.ts';
import { isOver, textOf, titleOf } from './text.ts';
import type { Write } from './writer.ts';

type EmailConfig = Extract<IntegrationConfig, { kind: 'email' }>;

const TIMEOUT_MS = 15_000;
/** SMTP over TLS from the first byte; other ports begin plain and turn to TLS. */
const SMTPS_PORT = 465;

/** Characters: some hundred alerts. */
const TEXT_MAX = 50_000;

/** An e-mail by the given SMTP server. A 5xx answer of it is final, anything else is tried again. @param ports undefined = without graphs */
export function email(
  id: string,
  config: EmailConfig,
  write: Write,
  ports?: GraphPorts,
): Integration {
  return {
    id,
    send: async (notification, mark) => {
      const password = readSecret(config.password);
      const graphs = ports ? await drawGraphs(notification, ports) : [];
      const graphsHtml = htmlOfGraphs(graphs);
      const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(config.smarthost) ?? [];
      const transport = createTransport({
        host,
        port: Number(port),
        secure: Number(port) === SMTPS_PORT,
        requireTLS: config.requireTls,
        ignoreTLS: !config.requireTls,
        tls: tlsOf(config.tls),
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
          subject: write(config.headers.get('subject'), notification, titleOf(notification)),
          text: write(config.text, notification, textOf(notification, TEXT_MAX)),
          html: write(config.html, notification, htmlOf(notification, graphsHtml), { graphsHtml }),
          headers: headersOf(config, notification, write),
          attachments: graphAttachments(graphs),
          messageId: `<${mark.id}@clustermon>`,
        });
      } catch (error) {
        const { responseCode = 0 } = error as { readonly responseCode?: number };
        throw new DeliveryError(
          `${config.smarthost}: ${reasonOf(error)}`,
          responseCode < 500,
          adviceFor(error),
        );
      } finally {
        transport.close();
      }
    },
  };
}

/** nodemailer has one code for all that goes wrong with a connection. */
function adviceFor(error: unknown): string {
  return /certificate|altnames/i.test(reasonOf(error))
    ? 'its certificate is not trusted: name its authority in tls_config (ca_file, server_name)'
    : adviceForCause(error);
}

/** Options of node:tls. @throws DeliveryError when the file of authorities cannot be read */
function tlsOf({ caFile, serverName, insecureSkipVerify }: EmailConfig['tls']): ConnectionOptions {
  const ca = readSecret({ text: '', file: caFile });
  return {
    rejectUnauthorized: !insecureSkipVerify,
    ...(ca && { ca }),
    ...(serverName && { servername: serverName }),
  };
}

/** Headers of the user's own; a template that fails leaves its header out. */
function headersOf(
  { headers }: EmailConfig,
  notification: Notification,
  write: Write,
): Readonly<Record<string, string>> {
  const texts = [...headers]
    .filter(([name]) => name !== 'subject')
    .map(([name, template]) => [name, write(template, notification, '')] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

function htmlOf(notification: Notification, graphsHtml: string): string {
  const color = isOver(notification) ? '#0B7A55' : '#B0122B';
  const text = escapeHtml(textOf(notification, TEXT_MAX)).replace(
    /https?:\/\/\S+/g,
    (link) => `<a href="${link}">${link}</a>`,
  );
  return `<h2 style="color:${color}">${escapeHtml(titleOf(notification))}</h2>${graphsHtml}<div style="white-space:pre-wrap">${text}</div>`;
}
