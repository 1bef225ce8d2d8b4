import type { IntegrationConfig, Templates } from '../config.ts';
import { DeliveryError, type Integration } from '../delivery.ts';
import { notificationPage } from '../page-link.ts';
import type { Notification } from '../payload.ts';
import { authorizationHeaders, post, readSecret } from './http.ts';
import { isOver, severityOf, textOf, titleOf } from './text.ts';
import type { Write } from './writer.ts';

type SlackConfig = Extract<IntegrationConfig, { kind: 'slack' }>;

const COLORS = { critical: 'danger', warning: 'warning', info: '#439FE0' } as const;

/** Longer texts of attachments are cut by some of those who speak this. */
const TEXT_MAX = 7_500;
/** Characters; Slack refuses longer ones. */
const TITLE_MAX = 1024;
/** What Alertmanager has Slack read as markdown. */
const MARKDOWN_IN = ['fallback', 'pretext', 'text'] as const;

/** Slack's incoming webhook, which Mattermost, Rocket.Chat and Discord (`/slack`) understand as well. */
export function slack(id: string, config: SlackConfig, write: Write): Integration {
  return {
    id,
    send: async (notification, mark) => {
      await post(
        {
          url: readSecret(config.url),
          body: JSON.stringify(slackMessage(config, notification, write)),
          headers: { 'content-type': 'application/json', ...authorizationHeaders(config.http) },
          checkAnswer,
        },
        mark,
      );
    },
  };
}

/** Slack's legacy message; parts that the configuration does not ask for are left out. */
function slackMessage(config: SlackConfig, notification: Notification, write: Write): object {
  const { texts, fields, actions, markdownIn } = config;
  const expand = <Name extends string>(templates: Templates<Name>, names: readonly Name[]) =>
    texted(names, (name) => write(templates[name], notification, ''));
  const title = write(texts.title, notification, titleOf(notification)).slice(0, TITLE_MAX);
  const usualColor = isOver(notification) ? 'good' : COLORS[severityOf(notification)];
  const isMarkdown = markdownIn.length > 0 || texts.text !== undefined || texts.pretext;
  return {
    ...expand(texts, ['channel', 'icon_emoji', 'icon_url']),
    username: write(texts.username, notification, 'clustermon'),
    text: write(texts.message_text, notification, ''),
    ...(config.linksNames && { link_names: true }),
    attachments: [
      {
        color: write(texts.color, notification, usualColor),
        title,
        title_link: write(texts.title_link, notification, notificationPage(notification)),
        fallback: write(texts.fallback, notification, title),
        text: write(texts.text, notification, textOf(notification, TEXT_MAX)),
        ...expand(texts, ['pretext', 'callback_id', 'image_url', 'thumb_url', 'footer']),
        ...(isMarkdown && { mrkdwn_in: markdownIn.length > 0 ? markdownIn : MARKDOWN_IN }),
        ...(fields.length > 0 && {
          fields: fields.map((field) => ({
            title: write(field.title, notification, ''),
            value: write(field.value, notification, ''),
            short: field.isShort,
          })),
        }),
        ...(actions.length > 0 && {
          actions: actions.map((action) => {
            const confirm = expand(action.confirm, ['title', 'text', 'ok_text', 'dismiss_text']);
            return {
              ...expand(action.texts, ['type', 'text', 'url', 'style', 'name', 'value']),
              ...(Object.keys(confirm).length > 0 && { confirm }),
            };
          }),
        }),
      },
    ],
  };
}

/** Those of the names that have a text. */
function texted<Name extends string>(
  names: readonly Name[],
  textOfName: (name: Name) => string,
): Readonly<Partial<Record<Name, string>>> {
  const entries = names.map((name) => [name, textOfName(name)] as const);
  return Object.fromEntries(entries.filter(([, text]) => text !== '')) as Partial<
    Record<Name, string>
  >;
}

/** Slack's own API refuses with status 200. @throws DeliveryError */
function checkAnswer(answer: string): void {
  const { ok, error } = fieldsOf(answer);
  if (ok === false) throw new DeliveryError(`Slack refused the message: ${error}`, false);
}

/** Others who speak this answer with any text; it was accepted all the same. */
function fieldsOf(answer: string): { readonly ok?: boolean; readonly error?: string } {
  try {
    return Object(JSON.parse(answer));
  } catch {
    return {};
  }
}
