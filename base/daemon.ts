import { reasonOf } from './errors.ts';
import { openLog } from './log.ts';

/** A daemon that runs; `close` ends it after it has written what it holds. */
export interface Running {
  close(): Promise<void>;
}

const SUPERVISOR_GONE = 'the supervisor is gone';

/** How long `close` may take before the process ends without it. */
const CLOSE_MS_MAX = 10_000;

/** What a daemon tells its supervisor, once, over the IPC channel between them: it has started. */
export const READY_MESSAGE = 'ready';

/** Where daemons get their settings from. Unlike arguments, which every user of the machine sees in `ps`: they hold URLs with tokens. */
export const SETTINGS_VARIABLE = 'CLUSTERMON_SETTINGS';

/**
 * Runs one daemon as this process: settings are JSON in the variable above, or else the first argument; SIGTERM, SIGINT and the end of the
 * supervisor close it. Exits with 1 when it cannot start.
 * @param start gets the settings as the command line has validated them
 */
export async function runDaemon(
  name: string,
  start: (settings: unknown) => Promise<Running>,
): Promise<void> {
  const log = openLog(name);
  try {
    const running = await start(JSON.parse(takeSettings() ?? process.argv[2] ?? '{}'));
    let closing = false;
    const close = (reason: string) => {
      if (closing) return;
      closing = true;
      log.info('closing', { reason });
      setTimeout(() => {
        log.error('close-timeout', { afterMs: CLOSE_MS_MAX });
        process.exit(1);
      }, CLOSE_MS_MAX).unref();
      running.close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error('close-failed', { reason: reasonOf(error) });
          process.exit(1);
        },
      );
    };
    process.on('SIGTERM', () => close('SIGTERM'));
    process.on('SIGINT', () => close('SIGINT'));
    process.on('disconnect', () => close(SUPERVISOR_GONE));
    // It may have gone while the daemon started: then there was nobody yet to hear of it.
    process.send?.(READY_MESSAGE, undefined, undefined, (error) => {
      if (error) close(SUPERVISOR_GONE);
    });
  } catch (error) {
    log.error('start-failed', { reason: reasonOf(error) });
    process.exit(1);
  }
}

/** Programs that the daemon starts have no use for its settings. */
function takeSettings(): string | undefined {
  const text = process.env[SETTINGS_VARIABLE];
  delete process.env[SETTINGS_VARIABLE];
  return text;
}
