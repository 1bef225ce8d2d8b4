/** Which hosts the person means: those selected on the overview, or the host of the page. */

import { chooseLenses } from '../lib/lens.ts';
import { type Matcher, oneOf } from '../lib/matchers.ts';
import { lenses } from './catalogue.ts';
import { linkTo, page, params, visit } from './router.ts';

export function hostsInMind(): readonly string[] {
  const current = page.value;
  if (current.name === 'host') return [current.host];
  return (params.value.get('select') ?? '').split(',').filter(Boolean);
}

/** What a silence that is asked for here should hold back at first. */
export function matchersInMind(): readonly Matcher[] {
  const hosts = hostsInMind();
  return hosts.length > 0 ? [oneOf('host', hosts)] : [];
}

/** Puts the hosts beside each other, by the metric that the map is coloured by. */
export function compareHosts(): void {
  const current = page.value;
  const [lens] = chooseLenses(lenses.value, [params.value.get('color') ?? ''], 1);
  const metric = current.name === 'metric' ? current.metric : lens?.metrics[0];
  if (metric === undefined) return;
  const to = new URL(linkTo({ name: 'metric', metric }), location.href);
  const hosts = hostsInMind().join(',');
  if (hosts !== '') to.searchParams.set('hosts', hosts);
  visit(to.pathname + to.search);
}
