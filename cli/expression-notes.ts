import { type Catalogue, doubtsOf } from '../collector/alerts/catalogue-warnings.ts';
import { hasCondition } from '../collector/alerts/condition.ts';
import type { Client } from './client.ts';
import { note } from './output.ts';

/** Names that queries find something under at present. */
export async function catalogueOf(client: Client): Promise<Catalogue> {
  const names = async (path: string) => {
    const { data } = await client.get<{ readonly data: readonly string[] }>(path);
    return new Set(data);
  };
  return {
    metrics: await names('/api/v1/label/__name__/values'),
    labels: await names('/api/v1/labels'),
  };
}

/** Says what of an expression that the appliance has accepted may not be meant: metrics and labels that nobody has, no condition. */
export async function noteDoubts(client: Client, expr: string): Promise<void> {
  for (const doubt of doubtsOf(expr, await catalogueOf(client))) {
    note(`warning: ${doubt} at present`);
  }
  if (!hasCondition(expr)) {
    note('warning: there is no condition in it, such as > 8: whatever it finds fires');
  }
}
