import { reasonOf } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import type { Notification } from '../payload.ts';
import type { MessageExtras } from '../template/message-data.ts';
import type { MessageTemplate } from '../template/message-template.ts';

/** Writes a text of a message by the user's template; without one, or when it fails, `usual` is the text. */
export type Write = (
  template: MessageTemplate | undefined,
  notification: Notification,
  usual: string,
  extras?: MessageExtras,
) => string;

/** A template that fails must not cost the notification: the log says that it did. */
export function writerOf(integration: string, log: Pick<Log, 'warn'> | undefined): Write {
  return (template, notification, usual, extras) => {
    if (!template) return usual;
    try {
      return template.expand(notification, extras);
    } catch (error) {
      log?.warn('message-template-failed', {
        integration,
        group: notification.groupKey,
        detail: reasonOf(error),
      });
      return usual;
    }
  };
}
