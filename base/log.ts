/** Log lines are events with fields, one line each on standard error: `2026-11-21T10:00:00.000Z info collector host-up host=n001`. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
}

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/**
 * @param source the daemon or module, the third word of each line
 * @param level  the lowest level that is written
 * @param write  where complete lines (with their newline) go
 */
export function openLog(
  source: string,
  level: Level = 'info',
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Log {
  const lowest = LEVELS.indexOf(level);
  const at =
    (name: Level) =>
    (event: string, fields: Fields = {}): void => {
      if (LEVELS.indexOf(name) >= lowest)
        write(formatLine(new Date(), name, source, event, fields));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function formatLine(
  time: Date,
  level: Level,
  source: string,
  event: string,
  fields: Fields,
): string {
  let line = `${time.toISOString()} ${level} ${source} ${event}`;
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) line += ` ${key}=${formatValue(value)}`;
  }
  return `${line}\n`;
}

/** Bare where it is one plain word, JSON otherwise, so that no value can forge a field or a line. */
function formatValue(value: string | number | boolean): string {
  const text = String(value);
  return /^[\w.:/@%+,-]+$/.test(text) ? text : JSON.stringify(text);
}
