import type { IntegrationConfig } from '../config.ts';
import type { Integration } from '../delivery.ts';
import { post, readSecret } from './http.ts';
import { isOver, linesOf, severityOf, titleOf } from './text.ts';

type NtfyConfig = Extract<IntegrationConfig, { kind: 'ntfy' }>;

/** ntfy's priorities, 1 to 5. */
const PRIORITY = { critical: 5, warning: 4, info: 3 } as const;
/** ntfy cuts longer messages into attachments. */
const MESSAGE_MAX = 3_800;

/** Publishes as JSON to the server's root. Source: ntfy, "Publish as JSON" */
export function ntfy(id: string, config: NtfyConfig): Integration {
  return {
    id,
    send: async (notification, mark) => {
      const token = readSecret(config.token);
      const body = {
        topic: config.topic,
        title: titleOf(notification),
        message: linesOf(notification).join('\n').slice(0, MESSAGE_MAX),
        priority: isOver(notification) ? 3 : PRIORITY[severityOf(notification)],
        tags: [isOver(notification) ? 'white_check_mark' : 'rotating_light'],
        click: `${notification.externalUrl}/alerts`,
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
