import { type GoMethod, GoTime, type GoValue, withMethods } from '../../alerts/template/value.ts';

const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** Parts of a layout, longer ones before those that they begin with. */
const LAYOUT =
  /2006|January|Jan|Monday|Mon|MST|Z07:00|Z0700|-07:00|-0700|-07|002|01|02|03|04|05|06|15|PM|pm|_2|[.,]0+(?!\d)|[.,]9+(?!\d)|[1-5]/g;

/**
 * A time as Go's `Format` writes it, in UTC: `2006-01-02 15:04:05`.
 * Source: Go's time package, "Constants"
 */
export function formatGoTime(ms: number, layout: string): string {
  const time = new Date(ms);
  return layout.replace(LAYOUT, (part) => partOf(part, time));
}

function partOf(part: string, time: Date): string {
  const pad = (value: number, width = 2, fill = '0') => String(value).padStart(width, fill);
  const month = MONTHS[time.getUTCMonth()] ?? '';
  const day = DAYS[time.getUTCDay()] ?? '';
  const hours = time.getUTCHours();
  const parts: Readonly<Record<string, string>> = {
    '2006': pad(time.getUTCFullYear(), 4),
    '06': pad(time.getUTCFullYear() % 100),
    January: month,
    Jan: month.slice(0, 3),
    '01': pad(time.getUTCMonth() + 1),
    '1': String(time.getUTCMonth() + 1),
    Monday: day,
    Mon: day.slice(0, 3),
    '02': pad(time.getUTCDate()),
    '2': String(time.getUTCDate()),
    _2: pad(time.getUTCDate(), 2, ' '),
    '002': pad(dayOfYear(time), 3),
    '15': pad(hours),
    '03': pad(hours % 12 || 12),
    '3': String(hours % 12 || 12),
    '04': pad(time.getUTCMinutes()),
    '4': String(time.getUTCMinutes()),
    '05': pad(time.getUTCSeconds()),
    '5': String(time.getUTCSeconds()),
    PM: hours < 12 ? 'AM' : 'PM',
    pm: hours < 12 ? 'am' : 'pm',
    MST: 'UTC',
    'Z07:00': 'Z',
    Z0700: 'Z',
    '-07:00': '+00:00',
    '-0700': '+0000',
    '-07': '+00',
  };
  return parts[part] ?? fraction(part, time);
}

/** `.000` keeps zeros at the end, `.999` does not. */
function fraction(part: string, time: Date): string {
  const digits = pad9(time.getUTCMilliseconds()).slice(0, part.length - 1);
  if (part[1] === '0') return `${part[0]}${digits}`;
  const shortened = digits.replace(/0+$/, '');
  return shortened ? `${part[0]}${shortened}` : '';
}

function pad9(ms: number): string {
  return String(ms).padStart(3, '0').padEnd(9, '0');
}

function dayOfYear(time: Date): number {
  return Math.floor((time.getTime() - Date.UTC(time.getUTCFullYear(), 0, 0)) / 86_400_000);
}

/** A time with the methods that messages call; all of them are in UTC. */
export function goTime(ms: number): GoTime {
  const time = new GoTime(ms);
  const itself: GoMethod = () => time;
  return withMethods(time, {
    Format: ([layout = '']: readonly GoValue[]) => formatGoTime(ms, String(layout)),
    Unix: () => BigInt(Math.floor(ms / 1000)),
    IsZero: () => ms === GO_ZERO_MS,
    UTC: itself,
    Local: itself,
  });
}

/** Go's zero time, the end of an alert that fires. */
export const GO_ZERO_MS = Date.parse('0001-01-01T00:00:00Z');
