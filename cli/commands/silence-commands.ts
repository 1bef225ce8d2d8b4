/** The subcommands that `silence` and `maintenance` share. */
import type { Command } from 'commander';
import { matchesAll, parseMatcher } from '../../collector/notify/matcher.ts';
import { parseRecurrence } from '../../collector/notify/recurrence.ts';
import { containsTime } from '../../collector/notify/time-interval.ts';
import { parseDurationMs } from '../../collector/query/duration.ts';
import type { AlertDetail } from '../../wire/http.ts';
import { clientOf } from '../client.ts';
import { userName } from '../environment.ts';
import { CommandError, EXIT } from '../exit.ts';
import { formatTable, note, print, printJson } from '../output.ts';
import { durationOption, formatSeconds, parseSeconds } from './duration-option.ts';

interface Kind {
  readonly isMaintenance: boolean;
}

/** As GET /api/v2/silences gives it. */
interface SilenceJson {
  readonly id: string;
  readonly status: { readonly state: 'pending' | 'active' | 'expired' };
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
  readonly matchers: readonly {
    readonly name: string;
    readonly value: string;
    readonly isRegex: boolean;
    readonly isEqual: boolean;
  }[];
  readonly every?: string;
  readonly maintenance?: boolean;
}

interface AddOptions {
  readonly duration: number;
  readonly start?: string;
  readonly every?: string;
  readonly comment: string;
  readonly by: string;
}

export function registerAdd(parent: Command, { isMaintenance }: Kind): void {
  const name = parent.name();
  parent
    .command('add')
    .description(isMaintenance ? 'plan an outage' : 'add a silence; prints its id')
    .argument(
      '<matcher...>',
      'labels of the alerts: alertname=DiskFull, host=~"n0.+", rack=r07; at the end how long may stand, as in rack=r07 2h',
    )
    .addOption(durationOption('-d, --duration <duration>', 'how long', '1h'))
    .option('--start <time>', 'when it begins, as 2026-11-21T02:00:00Z (default: now)')
    .option('--every <when>', "only then, until its end: 'tue 02:00-04:00', 'daily 01:00-02:00'")
    .option('-c, --comment <text>', 'why', '')
    .option('--by <name>', 'who', userName())
    .addHelpText(
      'after',
      `\nExamples:\n  clustermon ${name} add rack=r07 -d 2h -c 'new switch'\n` +
        `  clustermon ${name} add host=n042 --every 'tue 02:00-04:00' -d 365d`,
    )
    .action(async (words: string[], options: AddOptions, command: Command) => {
      const startMs = options.start === undefined ? Date.now() : Date.parse(options.start);
      if (Number.isNaN(startMs)) {
        throw new CommandError(
          EXIT.usage,
          `--start ${options.start} is no time; write such as 2026-11-21T02:00:00Z`,
        );
      }
      const wanted = splitDuration(words);
      if (wanted.seconds !== undefined && command.getOptionValueSource('duration') === 'cli') {
        throw new CommandError(EXIT.usage, 'how long is given twice: at the end and by --duration');
      }
      const seconds = wanted.seconds ?? options.duration;
      const client = clientOf(command);
      const matchers = wanted.matchers.map(parseMatcher);
      const { silenceID } = await client.send<{ silenceID: string }>('POST', '/api/v2/silences', {
        matchers: matchers.map(({ name: label, operator, value }) => ({
          name: label,
          value,
          isRegex: operator.endsWith('~'),
          isEqual: operator.startsWith('='),
        })),
        startsAt: new Date(startMs).toISOString(),
        endsAt: new Date(startMs + seconds * 1000).toISOString(),
        createdBy: options.by,
        comment: options.comment,
        ...(options.every && { every: options.every }),
        ...(isMaintenance && { maintenance: true }),
      });
      const alerts = await client.get<readonly AlertDetail[]>('/api/alerts');
      const matching = alerts.filter(
        ({ labels, state }) => state !== 'resolved' && matchesAll(matchers, labels),
      );
      note(
        `it matches ${matching.length || 'no'} alert${matching.length === 1 ? '' : 's'} at present`,
      );
      print(`${silenceID}\n`);
    });
}

/** `rack=r07 2h` is `rack=r07 -d 2h`. */
export function splitDuration(words: readonly string[]): {
  readonly matchers: readonly string[];
  readonly seconds?: number;
} {
  const ms = words.length > 1 ? parseDurationMs(words.at(-1) ?? '') : undefined;
  return ms === undefined
    ? { matchers: words }
    : { matchers: words.slice(0, -1), seconds: ms / 1000 };
}

interface ListOptions {
  readonly expired?: boolean;
  readonly within?: number;
  readonly createdBy?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function registerList(parent: Command, { isMaintenance }: Kind): void {
  parent
    .command('list')
    .description(isMaintenance ? 'planned outages' : 'silences that are active or will be')
    .argument('[matcher...]', 'only those that have such a matcher: rack=r07')
    .option('--expired', 'those that have ended')
    .option(
      '--within <duration>',
      'only those that end within this time, or have ended (--expired)',
      parseSeconds,
    )
    .option('--created-by <name>', 'only those of this person')
    .option('-q, --quiet', 'ids only')
    .option('--json', 'one JSON document')
    .action(async (matchers: string[], options: ListOptions, command: Command) => {
      const all = await clientOf(command).get<readonly SilenceJson[]>('/api/v2/silences', {
        filter: matchers,
      });
      const silences = all
        .filter(({ maintenance = false }) => !isMaintenance || maintenance)
        .filter((silence) => isListed(silence, options, Date.now()));
      if (options.json) printJson(silences);
      else if (options.quiet) print(silences.map(({ id }) => `${id}\n`).join(''));
      else if (silences.length === 0) {
        const what = isMaintenance ? 'planned outages' : 'silences';
        print(options.expired ? `no ${what} have ended\n` : `no ${what}\n`);
      } else {
        const header = [
          'STATE',
          'MATCHERS',
          'STARTS IN',
          'ENDS IN',
          'EVERY',
          'BY',
          'COMMENT',
          'ID',
        ];
        print(formatTable(header, silences.map(row)));
      }
    });
}

/** Choices of amtool's `silence query`. */
export function isListed(
  { status, endsAt, createdBy }: Pick<SilenceJson, 'status' | 'endsAt' | 'createdBy'>,
  options: Pick<ListOptions, 'expired' | 'within' | 'createdBy'>,
  nowMs: number,
): boolean {
  const { expired = false, within = Number.POSITIVE_INFINITY } = options;
  const awayMs = Math.abs(Date.parse(endsAt) - nowMs);
  return (
    (status.state === 'expired') === expired &&
    awayMs <= within * 1000 &&
    (options.createdBy === undefined || options.createdBy === createdBy)
  );
}

function row(silence: SilenceJson): readonly (string | undefined)[] {
  const matchers = silence.matchers.map(({ name, value, isRegex, isEqual }) => {
    const operator = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=';
    return `${name}${operator}${value}`;
  });
  return [
    stateOf(silence),
    matchers.join(' '),
    silence.status.state === 'pending' ? untilText(silence.startsAt) : undefined,
    silence.status.state === 'expired' ? undefined : untilText(silence.endsAt),
    silence.every,
    silence.createdBy,
    silence.comment,
    silence.id,
  ];
}

function untilText(time: string): string {
  return formatSeconds((Date.parse(time) - Date.now()) / 1000);
}

/** A silence that recurs does nothing between its times. */
function stateOf({ status, every }: SilenceJson): string {
  const isOff = every !== undefined && !containsTime(parseRecurrence(every), Date.now());
  return status.state === 'active' && isOff ? 'waiting' : status.state;
}

export function registerExpire(parent: Command, verb: 'expire' | 'end'): void {
  parent
    .command(verb)
    .description('end it now')
    .argument('<id...>', 'ids, as `list --quiet` prints them')
    .action(async (ids: string[], _options: object, command: Command) => {
      const client = clientOf(command);
      for (const id of ids) {
        await client.send('DELETE', `/api/v2/silence/${encodeURIComponent(id)}`);
        print(`ended ${id}\n`);
      }
    });
}
