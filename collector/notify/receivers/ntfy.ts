import type { IntegrationConfig } from '../config.ts';
import type { Integration } from '../delivery.ts';
import { notificationPage } from '../page-link.ts';
import { post, readSecret } from './http.ts';
import { isOver, severityOf, textOf, titleOf } from './text.ts';
import type { Write } from './writer.ts';

type NtfyConfig = Extract<IntegrationConfig, { kind: 'ntfy' }>;

/** ntfy's priorities, 1 to 5. */
const PRIORITY = { critical: 5, warning: 4, info: 3 } as const;
/** ntfy cuts longer messages into attachments. */
const MESSAGE_MAX = 3_800;

/** Publishes as JSON to the server's root. Source: ntfy, "Publish as JSON" */
export function ntfy(id: string, config: NtfyConfig, write: Write): Integration {
  return {
    id,
    send: async (notification, mark) => {
      const token = readSecret(config.token);
      const body = {
        topic: config.topic,
        title: write(config.title, notification, titleOf(notification)),
        message: write(config.message, notification, textOf(notification, MESSAGE_MAX)).slice(
          0,
          MESSAGE_MAX,
        ),
        priority: isOver(notification) ? 3 : PRIORITY[severityOf(notification)],
        tags: [isOver(notification) ? 'white_check_mark' : 'rotating_light'],
        click: notificationPage(notification),
      };
      await post(
        {
          url: config.url,
          body: JSON.stringify(body),
          headers: {
            'content-type': 'application/json',
            ...(token && { authorization: `Bearer ${token}` }),
          },
        },
        mark,
      );
    },
  };
}
