import type { Node } from 'yaml';
import type { YamlReader } from '../alerts/yaml-reader.ts';
import { parseClock, WEEKDAYS } from './recurrence.ts';
import { isKnownLocation, type Range, type TimeInterval } from './time-interval.ts';

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** One entry of `time_intervals:` in Alertmanager's configuration file. */
export function readTimeInterval(yaml: YamlReader, node: Node | undefined): TimeInterval {
  const fields = yaml.mapping(node, 'a time interval', [
    'times',
    'weekdays',
    'days_of_month',
    'months',
    'years',
    'location',
  ]);
  const ranges = (list: Node | undefined, parse: (text: string) => number, wanted: string) =>
    yaml
      .texts(list)
      .map((text) => readRange(text, parse, () => yaml.fail(list, `"${text}" is no ${wanted}`)));
  const location = yaml.text(fields.location);
  if (location && !isKnownLocation(location)) {
    yaml.fail(fields.location, `"${location}" is no known time zone`);
  }
  return {
    ...(fields.times && { times: readTimes(yaml, fields.times) }),
    ...(fields.weekdays && {
      weekdays: ranges(fields.weekdays, weekday, 'weekday or range of weekdays'),
    }),
    ...(fields.days_of_month && {
      daysOfMonth: ranges(
        fields.days_of_month,
        dayOfMonth,
        'day of the month (1 to 31 or -1 to -31)',
      ),
    }),
    ...(fields.months && { months: ranges(fields.months, month, 'month (1 to 12 or its name)') }),
    ...(fields.years && { years: ranges(fields.years, year, 'year') }),
    ...(location && { location }),
  };
}

function readTimes(yaml: YamlReader, node: Node): readonly Range[] {
  return yaml.list(node, 'times').map((item) => {
    const fields = yaml.mapping(item, 'a range of times', ['start_time', 'end_time']);
    const from = parseClock(yaml.text(fields.start_time));
    const to = parseClock(yaml.text(fields.end_time));
    if (from < 0 || to < 0) yaml.fail(item, 'start_time and end_time must be times such as 17:00');
    else if (from >= to) yaml.fail(item, 'start time cannot be equal or greater than end time');
    return { from, to };
  });
}

function readRange(text: string, parse: (text: string) => number, fail: () => void): Range {
  const [first = '', second = first] = text.split(':').map((part) => part.trim());
  const range = { from: parse(first), to: parse(second) };
  const isFromTheEnd = range.from < 0 && range.to > 0;
  const isBackwards = Math.sign(range.from) === Math.sign(range.to) && range.from > range.to;
  if (Number.isNaN(range.from + range.to) || isFromTheEnd || isBackwards) fail();
  return range;
}

function weekday(text: string): number {
  const day = WEEKDAYS.indexOf(text.toLowerCase());
  return day < 0 ? Number.NaN : day;
}

function dayOfMonth(text: string): number {
  const day = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  return day === 0 || Math.abs(day) > 31 ? Number.NaN : day;
}

function month(text: string): number {
  const named = MONTHS.indexOf(text.toLowerCase()) + 1;
  const number = named > 0 ? named : Number(text || Number.NaN);
  return number >= 1 && number <= 12 ? number : Number.NaN;
}

function year(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
