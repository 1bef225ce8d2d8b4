const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** Parts of a layout, longer ones before those that they begin with. */
const LAYOUT =
  /2006|January|Jan|Monday|Mon|MST|Z07:00|Z0700|-07:00|-0700|-07|002|01|02|03|04|05|06|15|PM|pm|_2|[.,]0+(?!\d)|[.,]9+(?!\d)|[1-5]/g;

/** English has letters for a zone where it is spoken: CET in Great Britain, EST in America. */
const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN'] as const;

/**
 * A time as Go's `Format` writes it: `2006-01-02 15:04:05 MST`.
 * @param zone IANA name
 * @throws RangeError when there is no such zone
 * Source: Go's time package, "Constants"
 */
export function formatGoTime(ms: number, layout: string, zone = 'UTC'): string {
  const offset = zone === 'UTC' ? '+00:00' : offsetOf(ms, zone);
  const local = new Date(ms + minutesOf(offset) * 60_000);
  return layout.replace(LAYOUT, (part) => {
    if (part === 'MST') return zone === 'UTC' ? zone : lettersOf(ms, zone, offset);
    return partOf(part, local, offset);
  });
}

/** @param time whose UTC is the local time */
function partOf(part: string, time: Date, offset: string): string {
  const pad = (value: number, width = 2, fill = '0') => String(value).padStart(width, fill);
  const month = MONTHS[time.getUTCMonth()] ?? '';
  const day = DAYS[time.getUTCDay()] ?? '';
  const hours = time.getUTCHours();
  const isUtc = minutesOf(offset) === 0;
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
    'Z07:00': isUtc ? 'Z' : offset,
    Z0700: isUtc ? 'Z' : offset.replace(':', ''),
    '-07:00': offset,
    '-0700': offset.replace(':', ''),
    '-07': offset.slice(0, 3),
  };
  return parts[part] ?? fraction(part, time);
}

/** `CET`, or `+03` where English has no letters. */
function lettersOf(ms: number, zone: string, offset: string): string {
  const names = LOCALES.map((locale) => zoneName(ms, zone, { locale, timeZoneName: 'short' }));
  return names.find((name) => !/[+-]/.test(name)) ?? offset.replace(/:00$/, '').replace(':', '');
}

/** `+01:00` */
function offsetOf(ms: number, zone: string): string {
  const name = zoneName(ms, zone, { locale: 'en-US', timeZoneName: 'longOffset' });
  return name.replace('GMT', '') || '+00:00';
}

function zoneName(
  ms: number,
  timeZone: string,
  { locale, timeZoneName }: { locale: string; timeZoneName: 'short' | 'longOffset' },
): string {
  const format = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName });
  return format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

function minutesOf(offset: string): number {
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** `.000` keeps zeros at the end, `.999` does not. */
function fraction(part: string, time: Date): string {
  const digits = String(time.getUTCMilliseconds())
    .padStart(3, '0')
    .padEnd(9, '0')
    .slice(0, part.length - 1);
  if (part[1] === '0') return `${part[0]}${digits}`;
  const shortened = digits.replace(/0+$/, '');
  return shortened ? `${part[0]}${shortened}` : '';
}

function dayOfYear(time: Date): number {
  return Math.floor((time.getTime() - Date.UTC(time.getUTCFullYear(), 0, 0)) / 86_400_000);
}
