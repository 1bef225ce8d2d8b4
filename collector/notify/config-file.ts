import type { Node } from 'yaml';
import { reasonOf } from '../../base/errors.ts';
import { type FileProblem, type YamlNode, YamlReader } from '../alerts/yaml-reader.ts';
import type { NotifyConfig, ReceiverConfig } from './config.ts';
import type { InhibitRule } from './inhibit.ts';
import { LabelMatcher, parseMatchers, sortMatchers } from './matcher.ts';
import { ReceiverReader } from './receiver-file.ts';
import { allRoutes, type Route, routeKey } from './route.ts';
import type { LoadedTemplates } from './template/template-files.ts';
import type { TimeInterval } from './time-interval.ts';
import { readTimeInterval } from './time-interval-file.ts';

const FILE_FIELDS = [
  'global',
  'route',
  'receivers',
  'inhibit_rules',
  'time_intervals',
  'mute_time_intervals',
  'templates',
] as const;
const ROUTE_FIELDS = [
  'receiver',
  'group_by',
  'group_wait',
  'group_interval',
  'repeat_interval',
  'repeat_interval_max',
  'matchers',
  'match',
  'match_re',
  'continue',
  'mute_time_intervals',
  'active_time_intervals',
  'routes',
  'escalate',
] as const;
const INHIBIT_FIELDS = [
  'source_matchers',
  'source_match',
  'source_match_re',
  'target_matchers',
  'target_match',
  'target_match_re',
  'equal',
] as const;

type LoadTemplates = (patterns: readonly string[]) => LoadedTemplates;

/** Alertmanager's defaults, and that of an alert's resolution. */
const DEFAULTS = {
  groupWaitMs: 30_000,
  groupIntervalMs: 5 * 60_000,
  repeatIntervalMs: 4 * 3_600_000,
  resolveTimeoutMs: 5 * 60_000,
} as const;

/**
 * Reads an Alertmanager configuration file with our additions `escalate:` and `repeat_interval_max:` (of a route), `ntfy_configs`, `exec_configs` and
 * `alertmanager_configs` (of a receiver). What is wrong is in `problems`, each with its line.
 * @param load reads the template files of `templates:`; undefined = they do not matter, only the routes do
 * Source: Alertmanager, "Configuration"
 */
export function parseNotifyConfig(
  text: string,
  load?: LoadTemplates,
): {
  readonly config: NotifyConfig | undefined;
  readonly problems: readonly FileProblem[];
} {
  const yaml = new YamlReader(text);
  const config = new ConfigReader(yaml, load).read(text);
  return { config: yaml.problems.length === 0 ? config : undefined, problems: yaml.problems };
}

/** An empty list inherits, as none does; below a route that groups by all labels everything is grouped so. */
function groupByOf(names: readonly string[], parent: Route | undefined): Route['groupBy'] {
  if (names.includes('...') || (parent && parent.groupBy === undefined)) return undefined;
  return names.length > 0 ? names : (parent?.groupBy ?? []);
}

class ConfigReader {
  readonly #yaml: YamlReader;
  readonly #load: LoadTemplates | undefined;
  /** Where routes stand. */
  readonly #routeNodes = new Map<Route, Node | undefined>();

  constructor(yaml: YamlReader, load: LoadTemplates | undefined) {
    this.#yaml = yaml;
    this.#load = load;
  }

  read(original: string): NotifyConfig | undefined {
    const yaml = this.#yaml;
    const fields = yaml.mapping(yaml.root, 'a notification configuration', FILE_FIELDS);
    const patterns = yaml.texts(fields.templates);
    const loaded = this.#load?.(patterns);
    for (const problem of loaded?.problems ?? []) yaml.fail(fields.templates, problem);
    const receiverReader = new ReceiverReader(yaml, fields.global, loaded?.templates);
    const receivers = this.#receivers(fields.receivers, receiverReader);
    const timeIntervals = this.#timeIntervals([
      ...yaml.list(fields.mute_time_intervals, 'time intervals'),
      ...yaml.list(fields.time_intervals, 'time intervals'),
    ]);
    if (!fields.route) {
      yaml.fail(yaml.root, 'no routes provided');
      return undefined;
    }
    const route = this.#route(fields.route, undefined);
    this.#checkRoot(fields.route, route);
    this.#checkNames(route, receivers, timeIntervals);
    return {
      resolveTimeoutMs: receiverReader.resolveTimeoutMs ?? DEFAULTS.resolveTimeoutMs,
      route,
      receivers,
      inhibitRules: yaml
        .list(fields.inhibit_rules, 'inhibition rules')
        .map((node) => this.#inhibit(node)),
      timeIntervals,
      original,
      shown: yaml.publicText(),
    };
  }

  #route(node: Node | undefined, parent: Route | undefined): Route {
    const yaml = this.#yaml;
    const fields = yaml.mapping(node, 'a route', ROUTE_FIELDS);
    yaml.addition(fields.repeat_interval_max);
    const groupBy = yaml.texts(fields.group_by);
    if (new Set(groupBy).size < groupBy.length) {
      yaml.fail(fields.group_by, 'duplicated label in group_by');
    }
    if (groupBy.includes('...') && groupBy.length > 1) {
      yaml.fail(
        fields.group_by,
        "cannot have wildcard group_by ('...') and other labels at the same time",
      );
    }
    const matchers = sortMatchers([
      ...this.#labels(fields.match, '='),
      ...this.#labels(fields.match_re, '=~'),
      ...this.#matchers(fields.matchers),
    ]);
    const own: Route = {
      receiver: yaml.text(fields.receiver) || parent?.receiver || '',
      matchers,
      groupBy: groupByOf(groupBy, parent),
      groupWaitMs:
        this.#yaml.durationMs(fields.group_wait) ?? parent?.groupWaitMs ?? DEFAULTS.groupWaitMs,
      groupIntervalMs:
        this.#positive(fields.group_interval) ??
        parent?.groupIntervalMs ??
        DEFAULTS.groupIntervalMs,
      repeatIntervalMs:
        this.#positive(fields.repeat_interval) ??
        parent?.repeatIntervalMs ??
        DEFAULTS.repeatIntervalMs,
      repeatIntervalMaxMs:
        this.#positive(fields.repeat_interval_max) ?? parent?.repeatIntervalMaxMs,
      continues: yaml.flag(fields.continue),
      muteIntervals: yaml.texts(fields.mute_time_intervals),
      activeIntervals: yaml.texts(fields.active_time_intervals),
      routes: [],
      key: routeKey(parent?.key, matchers),
      escalation: this.#escalation(yaml.addition(fields.escalate)),
    };
    const { repeatIntervalMs, repeatIntervalMaxMs = repeatIntervalMs } = own;
    if (fields.repeat_interval_max && repeatIntervalMaxMs < repeatIntervalMs) {
      yaml.fail(fields.repeat_interval_max, 'repeat_interval_max is below repeat_interval');
    }
    const routes = yaml.list(fields.routes, 'routes').map((child) => this.#route(child, own));
    const route = { ...own, routes };
    this.#routeNodes.set(route, node);
    return route;
  }

  #escalation(node: YamlNode): Route['escalation'] {
    if (!node) return undefined;
    const { after, to } = this.#yaml.mapping(node, 'an escalation', ['after', 'to']);
    return { afterMs: this.#positive(after) ?? 0, receiver: this.#yaml.text(to) };
  }

  #checkRoot(node: Node, route: Route): void {
    if (route.receiver === '') this.#yaml.fail(node, 'root route must specify a default receiver');
    if (route.matchers.length > 0) this.#yaml.fail(node, 'root route must not have any matchers');
    if (route.muteIntervals.length > 0) {
      this.#yaml.fail(node, 'root route must not have any mute time intervals');
    }
    if (route.activeIntervals.length > 0) {
      this.#yaml.fail(node, 'root route must not have any active time intervals');
    }
    if (route.continues) this.#yaml.fail(node, 'cannot have continue in root route');
  }

  #checkNames(
    root: Route,
    receivers: readonly ReceiverConfig[],
    intervals: ReadonlyMap<string, unknown>,
  ): void {
    const names = new Set(receivers.map(({ name }) => name));
    for (const route of allRoutes(root)) {
      const node = this.#routeNodes.get(route);
      for (const name of [route.receiver, route.escalation?.receiver]) {
        if (name && !names.has(name)) {
          this.#yaml.fail(node, `undefined receiver "${name}" used in route`);
        }
      }
      for (const name of [...route.muteIntervals, ...route.activeIntervals]) {
        if (!intervals.has(name)) {
          this.#yaml.fail(node, `undefined time interval "${name}" used in route`);
        }
      }
    }
  }

  #receivers(node: Node | undefined, reader: ReceiverReader): readonly ReceiverConfig[] {
    const seen = new Set<string>();
    return this.#yaml.list(node, 'receivers').map((item) => {
      const receiver = reader.read(item);
      if (receiver.name === '') this.#yaml.fail(item, 'missing name in receiver');
      if (seen.has(receiver.name)) {
        this.#yaml.fail(item, `notification config name "${receiver.name}" is not unique`);
      }
      seen.add(receiver.name);
      return receiver;
    });
  }

  #inhibit(node: Node | undefined): InhibitRule {
    const fields = this.#yaml.mapping(node, 'an inhibition rule', INHIBIT_FIELDS);
    return {
      sourceMatchers: [
        ...this.#labels(fields.source_match, '='),
        ...this.#labels(fields.source_match_re, '=~'),
        ...this.#matchers(fields.source_matchers),
      ],
      targetMatchers: [
        ...this.#labels(fields.target_match, '='),
        ...this.#labels(fields.target_match_re, '=~'),
        ...this.#matchers(fields.target_matchers),
      ],
      equal: this.#yaml.texts(fields.equal),
    };
  }

  #matchers(node: Node | undefined): readonly LabelMatcher[] {
    return this.#yaml.list(node, 'matchers').flatMap((item) => {
      try {
        return parseMatchers(this.#yaml.text(item));
      } catch (error) {
        this.#yaml.fail(item, reasonOf(error));
        return [];
      }
    });
  }

  /** Alertmanager writes the anchors of `match_re` out, which group keys show. */
  #labels(node: Node | undefined, operator: '=' | '=~'): readonly LabelMatcher[] {
    return Object.entries(this.#yaml.textMap(node)).flatMap(([name, value]) => {
      try {
        return [new LabelMatcher(name, operator, operator === '=~' ? `^(?:${value})$` : value)];
      } catch (error) {
        this.#yaml.fail(node, reasonOf(error));
        return [];
      }
    });
  }

  #timeIntervals(
    nodes: readonly (Node | undefined)[],
  ): ReadonlyMap<string, readonly TimeInterval[]> {
    const yaml = this.#yaml;
    const found = new Map<string, readonly TimeInterval[]>();
    for (const item of nodes) {
      const fields = yaml.mapping(item, 'a time interval', ['name', 'time_intervals']);
      const name = yaml.text(fields.name);
      if (name === '') yaml.fail(item, 'missing name in time interval');
      if (found.has(name)) yaml.fail(item, `time interval "${name}" is not unique`);
      const intervals = yaml.list(fields.time_intervals, 'time intervals');
      found.set(
        name,
        intervals.map((interval) => readTimeInterval(yaml, interval)),
      );
    }
    return found;
  }

  #positive(node: Node | undefined): number | undefined {
    const ms = this.#yaml.durationMs(node);
    if (ms === 0) this.#yaml.fail(node, 'the interval cannot be zero');
    return ms;
  }
}
