import { unknownMetricsOf } from '../collector/alerts/catalogue-warnings.ts';
import { hasCondition } from '../collector/alerts/condition.ts';
import type { Client } from './client.ts';
import { note } from './output.ts';

/** Names that queries find something under at present: metrics of hosts, recorded series. */
export async function metricNames(client: Client): Promise<ReadonlySet<string>> {
  const path = '/api/v1/label/__name__/values';
  const { data } = await client.get<{ readonly data: readonly string[] }>(path);
  return new Set(data);
}

/** Says what of an expression that the appliance has accepted may not be meant: metrics that nobody has, no condition. */
export async function noteDoubts(client: Client, expr: string): Promise<void> {
  for (const metric of unknownMetricsOf(expr, await metricNames(client))) {
    note(`warning: no host has ${metric} at present`);
  }
  if (!hasCondition(expr)) {
    note('warning: there is no condition in it, such as > 8: whatever it finds fires');
  }
}
