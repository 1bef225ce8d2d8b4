import { formatSampleValue } from './literal.ts';

/** `[seconds,"value"]`, as the HTTP API writes a sample. */
export function pointJson(timeMs: number, value: number): string {
  return `[${timeMs / 1000},"${formatSampleValue(value)}"]`;
}

/** Points `from` to `end` (exclusive), with commas between them. */
export function pointsJson(
  { timesMs, values }: { readonly timesMs: Float64Array; readonly values: Float64Array },
  from: number,
  end: number,
): string {
  let points = ''; // appending takes a quarter less time than joining a list
  for (let i = from; i < end; i++) {
    if (i > from) points += ',';
    points += pointJson(timesMs[i] as number, values[i] as number);
  }
  return points;
}
