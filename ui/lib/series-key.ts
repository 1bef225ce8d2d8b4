/** `disk_read_bytes{device="sda"}`: the same text as `seriesKey` of wire/metric.ts, which a test compares. */
export function keyOf(metric: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((label) => `${label}=${JSON.stringify(labels[label])}`);
  return pairs.length === 0 ? metric : `${metric}{${pairs.join(',')}}`;
}
