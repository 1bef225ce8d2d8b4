import type { IntegrationConfig } from '../config.ts';
import type { Integration } from '../delivery.ts';
import { notificationPage } from '../page-link.ts';
import { post, readSecret } from './http.ts';
import { isOver, severityOf, textOf, titleOf } from './text.ts';
import type { Write } from './writer.ts';

type SlackConfig = Extract<IntegrationConfig, { kind: 'slack' }>;

const COLORS = { critical: 'danger', warning: 'warning', info: '#439FE0' } as const;

/** Longer texts of attachments are cut by some of those who speak this. */
const TEXT_MAX = 7_500;

/** Slack's incoming webhook, which Mattermost, Rocket.Chat and Discord (`/slack`) understand as well. */
export function slack(id: string, config: SlackConfig, write: Write): Integration {
  return {
    id,
    send: async (notification, mark) => {
      const title = write(config.title, notification, titleOf(notification));
      const body = {
        ...(config.channel && { channel: config.channel }),
        username: config.username || 'clustermon',
        text: '',
        attachments: [
          {
            color: isOver(notification) ? 'good' : COLORS[severityOf(notification)],
            title,
            title_link: notificationPage(notification),
            fallback: title,
            text: write(config.text, notification, textOf(notification, TEXT_MAX)),
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
