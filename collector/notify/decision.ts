import type { AlertDecision, AlertTransition } from '../../wire/http.ts';
import { fingerprint, type LabelSet } from './alert.ts';
import { Inhibitor } from './inhibit.ts';
import type { Notifier } from './notifier.ts';
import { groupKeyOf, groupLabelsOf, matchRoutes, mutedBy } from './route.ts';
import { silences } from './silence.ts';

/** How long before what receivers were told is looked for. */
const TOLD_MS = 3_600_000;

type Decision = Omit<AlertDecision, 'labels' | 'state'>;
type Sources = Pick<Notifier, 'config' | 'silences' | 'suppressionOf' | 'alert' | 'deliveries'>;

/** What is decided about an alert with these labels now. */
export function decisionNow(notifier: Sources, labels: LabelSet, nowMs: number): Decision {
  const { inhibitedBy, ...suppression } = notifier.suppressionOf(labels, nowMs);
  return {
    ...routing(notifier, labels, nowMs),
    ...suppression,
    inhibitedBy: inhibitedBy.map((id) => notifier.alert(id)?.alert.labels).filter(isKnown),
  };
}

/**
 * What was decided at a time, with the routing of now: by silences that are still known, by time intervals, and by the alerts that fired.
 * @param firing labels of the alerts that fired then
 */
export function decisionAt(
  notifier: Sources,
  labels: LabelSet,
  { timeMs, firing }: { readonly timeMs: number; readonly firing: readonly LabelSet[] },
): Decision {
  const { config } = notifier;
  const inhibitor = new Inhibitor(config.inhibitRules);
  const byId = new Map(firing.map((one) => [fingerprint(one), one]));
  for (const one of firing) {
    inhibitor.put({
      labels: one,
      annotations: {},
      startsAtMs: timeMs,
      endsAtMs: undefined,
      generatorUrl: '',
    });
  }
  return {
    ...routing(notifier, labels, timeMs),
    silencedBy: notifier
      .silences()
      .filter((silence) => silences(silence, labels, timeMs))
      .map(({ id }) => id),
    inhibitedBy: inhibitor
      .inhibitedBy(labels, timeMs)
      .map((id) => byId.get(id))
      .filter(isKnown),
    mutedBy: matchRoutes(config.route, labels).flatMap((route) =>
      mutedBy(route, config.timeIntervals, timeMs),
    ),
  };
}

/** Labels of the alerts that fire after these transitions, the oldest of which is first. */
export function firingAfter(transitions: readonly AlertTransition[]): readonly LabelSet[] {
  const last = new Map(transitions.map((one) => [fingerprint(one.labels), one]));
  return [...last.values()]
    .filter(({ state }) => state === 'firing' || state === 'nodata')
    .map(({ labels }) => labels);
}

function routing(
  notifier: Sources,
  labels: LabelSet,
  timeMs: number,
): Pick<Decision, 'routes' | 'told'> {
  const routes = matchRoutes(notifier.config.route, labels);
  const groups = new Set(routes.map((route) => groupKeyOf(route, groupLabelsOf(route, labels))));
  return {
    routes: routes.map(({ key, receiver }) => ({ route: key, receiver })),
    told: notifier
      .deliveries({ fromMs: timeMs - TOLD_MS, toMs: timeMs })
      .filter(({ groupKey }) => groups.has(groupKey))
      .map(({ integration, reason, outcome, ...rest }) => ({
        timeMs: rest.timeMs,
        channel: integration,
        reason,
        outcome,
      })),
  };
}

function isKnown(labels: LabelSet | undefined): labels is LabelSet {
  return labels !== undefined;
}
