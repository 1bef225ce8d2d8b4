import type { IntegrationConfig } from '../config.ts';
import type { Integration } from '../delivery.ts';
import { post, readSecret } from './http.ts';
import { isOver, linesOf, severityOf, titleOf } from './text.ts';

type SlackConfig = Extract<IntegrationConfig, { kind: 'slack' }>;

const COLORS = { critical: 'danger', warning: 'warning', info: '#439FE0' } as const;

/** Slack's incoming webhook, which Mattermost, Rocket.Chat and Discord (`/slack`) understand as well. */
export function slack(id: string, config: SlackConfig): Integration {
  return {
    id,
    send: async (notification, mark) => {
      const title = titleOf(notification);
      const body = {
        ...(config.channel && { channel: config.channel }),
        username: config.username || 'clustermon',
        text: '',
        attachments: [
          {
            color: isOver(notification) ? 'good' : COLORS[severityOf(notification)],
            title,
            title_link: `${notification.externalUrl}/alerts`,
            fallback: title,
            text: linesOf(notification).join('\n'),
          },
        ],
      };
      await post(
        {
          url: readSecret(config.url),
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        },
        mark,
      );
    },
  };
}
