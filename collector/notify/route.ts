import { quote } from '../alerts/template/format.ts';
import type { LabelSet } from './alert.ts';
import { formatMatchers, type LabelMatcher, matchesAll } from './matcher.ts';
import { containsTime, type TimeInterval } from './time-interval.ts';

/** One node of the routing tree, with the settings that it inherits filled in. Times in ms. */
export interface Route {
  readonly receiver: string;
  readonly matchers: readonly LabelMatcher[];
  /** undefined = by all labels (`...`). */
  readonly groupBy: readonly string[] | undefined;
  readonly groupWaitMs: number;
  readonly groupIntervalMs: number;
  readonly repeatIntervalMs: number;
  /** Each repeat comes after twice the time, up to this; undefined = all come after the same time. */
  readonly repeatIntervalMaxMs: number | undefined;
  /** Siblings after it are tried as well. */
  readonly continues: boolean;
  /** Names of time intervals. */
  readonly muteIntervals: readonly string[];
  readonly activeIntervals: readonly string[];
  readonly routes: readonly Route[];
  /** `{}/{severity="critical"}`: its place in the tree, the first part of a group's key. */
  readonly key: string;
  readonly escalation: Escalation | undefined;
}

/** Tells another receiver when nobody has acknowledged for a while. */
export interface Escalation {
  readonly afterMs: number;
  readonly receiver: string;
}

/**
 * The nodes that an alert is notified by: depth first, the first child that matches and those after it while they `continue`; the
 * node itself when no child matches.
 */
export function matchRoutes(route: Route, labels: LabelSet): readonly Route[] {
  if (!matchesAll(route.matchers, labels)) return [];
  const found: Route[] = [];
  for (const child of route.routes) {
    const matched = matchRoutes(child, labels);
    found.push(...matched);
    if (matched.length > 0 && !child.continues) break;
  }
  return found.length > 0 ? found : [route];
}

export function groupLabelsOf(route: Route, labels: LabelSet): LabelSet {
  if (route.groupBy === undefined) return labels;
  return Object.fromEntries(
    route.groupBy.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])),
  );
}

/** `{}/{severity="critical"}:{alertname="HostDown"}`: not unique, since siblings may have the same matchers. */
export function groupKeyOf(route: Route, groupLabels: LabelSet): string {
  const pairs = Object.keys(groupLabels)
    .sort()
    .map((name) => `${name}=${quote(groupLabels[name] ?? '')}`);
  return `${route.key}:{${pairs.join(', ')}}`;
}

/** Names of the time intervals that keep a route quiet at a time. */
export function mutedBy(
  { muteIntervals, activeIntervals }: Route,
  timeIntervals: ReadonlyMap<string, readonly TimeInterval[]>,
  timeMs: number,
): readonly string[] {
  const holds = (name: string) =>
    (timeIntervals.get(name) ?? []).some((interval) => containsTime(interval, timeMs));
  const muted = muteIntervals.filter(holds);
  const isActive = activeIntervals.length === 0 || activeIntervals.some(holds);
  return isActive ? muted : [...muted, ...activeIntervals];
}

export function routeKey(parentKey: string | undefined, matchers: readonly LabelMatcher[]): string {
  const own = formatMatchers(matchers);
  return parentKey === undefined ? own : `${parentKey}/${own}`;
}

export function allRoutes(route: Route): readonly Route[] {
  return [route, ...route.routes.flatMap(allRoutes)];
}
