import { InputError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { AlertDetail, AlertTransition, NewRule, RuleInfo } from '../../wire/http.ts';
import { type Alert, type AlertSink, fingerprint, type LabelSet } from '../notify/alert.ts';
import type { InhibitRule } from '../notify/inhibit.ts';
import { alertPage } from '../notify/page-link.ts';
import { Labels } from '../query/labels.ts';
import type { SampleSource } from '../query/source.ts';
import { groupOfAddedRule, nameOf } from './added-rule.ts';
import { type AlertHandling, toAlertDetail, toRuleInfo } from './alert-info.ts';
import type { AlertStore, Changes } from './alert-store.ts';
import type { EvaluationContext, Sample } from './evaluate.ts';
import { FLAP_LIMITS } from './flapping.ts';
import type { GroupState, RuleHealth } from './group.ts';
import { PairedSeverities } from './paired-severities.ts';
import { PreparedQueries } from './prepared-queries.ts';
import type { AlertingRule, Rule, RuleGroup } from './rule.ts';
import { BUILT_IN_FILE } from './rule-loader.ts';
import { type Retention, RuleSeries } from './rule-series.ts';
import { ScheduledGroup } from './scheduled-group.ts';
import { type AlertInstance, annotationsOf, isFiring, skipTime } from './state.ts';
import { UnionSource } from './union-source.ts';
import { WrittenSeries } from './written-series.ts';

export interface AlertEnginePorts {
  /** Live values and archives. */
  readonly source: SampleSource;
  readonly store: AlertStore;
  readonly sink: AlertSink;
  /** Series about the appliance itself, for rules. */
  ownSamples(nowMs: number): readonly Sample[];
  /** Takes the inhibition that the rules bring along, in place of what they brought before. */
  inhibit(rules: readonly InhibitRule[]): void;
  /** What is done with an alert: whom it is told to, why not. */
  handlingOf(labels: Readonly<Record<string, string>>): AlertHandling;
  readonly log: Log;
  nowMs(): number;
}

export interface AlertEngineOptions {
  /** The page's address as people reach it, for links in notifications. */
  readonly externalUrl: string;
  /** Of groups that name no interval. */
  readonly intervalMs: number;
}

/** Where an alert comes from. */
export interface AlertOrigin {
  readonly rule: AlertingRule;
  /** Without the sample's name. */
  readonly sampleLabels: Labels;
}

/** What is kept in memory of recorded series, for range selectors on them. */
const RECORDED: Retention = { keepMs: 3_600_000, sameValueEveryMs: 15_000 };
/** After a start rules wait until hosts have been heard again, so that missing data is not taken for change. */
const START_GRACE_MS = 5_000;
/** Evaluations come each second; after more than this nobody has looked for a while, or somebody has set the clock. */
const STANDSTILL_MS = 30_000;
/** Texts with values in them change all the time: they are passed on once a minute, Prometheus' resend delay. */
const TEXTS_MS = 60_000;
/** How often the time of the last evaluation is written down while alerts are pending. */
const CLOCK_MS = 30_000;

/**
 * Evaluates all rules over live values, keeps the alerts through restarts, and passes them on. Implements the AlertService of
 * collector/http/ports.ts.
 */
export class AlertEngine {
  readonly #ports: AlertEnginePorts;
  readonly #options: AlertEngineOptions;
  readonly #recorded = new RuleSeries(RECORDED);
  readonly #context: EvaluationContext;
  readonly #own = new WrittenSeries(this.#recorded);
  readonly #listeners = new Set<() => void>();
  #pairs = new PairedSeverities();
  #groups: readonly ScheduledGroup[] = [];
  /** When evaluating began, at the start or after a standstill. */
  #firstMs = Number.NEGATIVE_INFINITY;
  #lastMs: number | undefined;
  #clockMs = Number.NEGATIVE_INFINITY;

  /** @param groups those of files and built in; rules that people added come from the store */
  constructor(
    ports: AlertEnginePorts,
    options: AlertEngineOptions,
    groups: readonly RuleGroup[] = [],
  ) {
    this.#ports = ports;
    this.#options = options;
    this.#context = {
      query: new PreparedQueries(new UnionSource(ports.source, this.#recorded)),
      externalLabels: {},
      externalUrl: options.externalUrl,
      onMissing: 'keep',
      flapLimits: FLAP_LIMITS,
    };
    this.load(groups);
    this.#resume();
  }

  /** Replaces the groups of files and built-in rules; alerts of rules that stay are kept, those of others are over. */
  load(groups: readonly RuleGroup[]): void {
    const added = this.#ports.store.rules().map(groupOfAddedRule);
    const rulesBefore = this.#rules();
    const before = new Map(
      rulesBefore.map((health) => [identityOf(health.rule), health.alerts?.instances]),
    );
    this.#groups = [...groups, ...added].map((group) => this.#schedule(group));
    this.#handOverSeries(rulesBefore);
    for (const health of this.#rules()) {
      const instances = before.get(identityOf(health.rule));
      if (health.alerts && instances) health.alerts.instances = instances;
    }
    const kept = new Set(this.#rules().map(({ rule }) => identityOf(rule)));
    for (const [identity, instances] of before) {
      if (kept.has(identity)) continue;
      this.#drop(identity, [...(instances?.values() ?? [])], this.#ports.nowMs());
    }
    this.#pairs = new PairedSeverities();
    this.#pairs.learn(this.#rules());
    this.#ports.inhibit(this.#pairs.inhibitRules());
  }

  /** What rules wrote that are gone has ended; the others' goes on until they write again. */
  #handOverSeries(before: readonly RuleHealth[]): void {
    const left = Map.groupBy(before, ({ rule }) => authorOf(rule));
    for (const { rule, output } of this.#rules()) {
      const predecessor = left.get(authorOf(rule))?.shift();
      if (predecessor) output.takeOver(predecessor.output);
    }
    for (const { output } of [...left.values()].flat()) output.end(this.#ports.nowMs());
  }

  /** Series of recording rules and `ALERTS`, for queries. */
  get recorded(): RuleSeries {
    return this.#recorded;
  }

  get groups(): readonly GroupState[] {
    return this.#groups.map(({ state }) => state);
  }

  /**
   * Evaluates the groups that are due.
   * @param nowMs the time of the live values, ms since the epoch
   */
  evaluate(nowMs: number): void {
    this.#followClock(nowMs);
    this.#own.write(this.#ports.ownSamples(nowMs), nowMs);
    if (nowMs - this.#firstMs < START_GRACE_MS) return;
    const changes: RuleChanges[] = [];
    for (const group of this.#groups) {
      if (!group.isDue(nowMs)) continue;
      const before = snapshot(group.state);
      group.state.evaluate(nowMs, this.#context);
      changes.push(changesOf(group.state, before, { timeMs: nowMs, intervalMs: group.intervalMs }));
    }
    if (this.#pairs.learn(this.#rules())) this.#ports.inhibit(this.#pairs.inhibitRules());
    this.#commit(joined(changes), nowMs);
  }

  /** What was waited for goes on as long as before: time in which nobody looked, or by which the clock was set, does not count. */
  #followClock(nowMs: number): void {
    const passedMs = nowMs - (this.#lastMs ?? Number.NEGATIVE_INFINITY);
    this.#lastMs = nowMs;
    if (passedMs >= 0 && passedMs <= STANDSTILL_MS) return;
    this.#firstMs = nowMs;
    this.#clockMs = Number.NEGATIVE_INFINITY;
    if (!Number.isFinite(passedMs)) return;
    this.#ports.log.warn('rules-stood-still', { seconds: Math.round(passedMs / 1000) });
    for (const { alerts } of this.#rules()) {
      if (!alerts) continue;
      alerts.instances = new Map(
        [...alerts.instances].map(([key, instance]) => [key, skipTime(instance, passedMs)]),
      );
    }
  }

  rules(): readonly RuleInfo[] {
    return this.groups.flatMap(({ group, rules }) =>
      rules.flatMap((health) => toRuleInfo(health, group) ?? []),
    );
  }

  /** @throws InputError `rule-invalid`, `rule-exists` */
  addRule(rule: NewRule): RuleInfo {
    const name = nameOf(rule);
    const group = groupOfAddedRule(rule);
    if (this.#rules().some((other) => other.rule.kind === 'alert' && other.rule.name === name)) {
      throw new InputError(
        'rule-exists',
        `there is a rule ${name} already; name this one with --name, or remove that one`,
      );
    }
    this.#ports.store.addRule(name, rule, this.#ports.nowMs());
    const scheduled = this.#schedule(group);
    this.#groups = [...this.#groups, scheduled];
    this.#tell();
    return toRuleInfo(scheduled.state.rules[0] as RuleHealth, group) as RuleInfo;
  }

  /** @throws InputError `rule-unknown` */
  removeRule(name: string): void {
    if (!this.#ports.store.removeRule(name)) {
      throw new InputError('rule-unknown', this.#whyNotRemoved(name));
    }
    const nowMs = this.#ports.nowMs();
    const isRemoved = ({ state }: ScheduledGroup) => state.group.name === `added ${name}`;
    const removed = this.#groups.filter(isRemoved).flatMap(({ state }) => state.rules);
    this.#groups = this.#groups.filter((group) => !isRemoved(group));
    for (const { rule, alerts, output } of removed) {
      output.end(nowMs);
      this.#drop(identityOf(rule), [...(alerts?.instances.values() ?? [])], nowMs);
    }
    this.#tell();
  }

  #whyNotRemoved(name: string): string {
    const group = this.#groups.find(({ state }) =>
      state.rules.some(({ rule }) => rule.name === name),
    )?.state.group;
    if (!group) return `there is no rule ${name}; \`clustermon alert list --rules\` shows all`;
    return group.file === BUILT_IN_FILE
      ? `rule ${name} is built in: a rule of this name in a file replaces it, collector.builtInRules: false turns all of them off`
      : `rule ${name} is in ${group.file}: take it out there, then POST /-/reload`;
  }

  /** The host is gone for good: its alerts are over, also those whose data is missing. */
  forgetHost(host: string): void {
    const nowMs = this.#ports.nowMs();
    for (const { rule, alerts } of this.#rules()) {
      if (!alerts) continue;
      const isGone = ({ labels }: AlertInstance) => labels.get('host') === host;
      const all = [...alerts.instances];
      this.#drop(identityOf(rule), all.map(([, instance]) => instance).filter(isGone), nowMs);
      alerts.instances = new Map(all.filter(([, instance]) => !isGone(instance)));
    }
    this.#tell();
  }

  /** Pending, firing and nodata, and those resolved in the last minutes; the newest first. */
  alerts(): readonly AlertDetail[] {
    return this.#rules()
      .flatMap(({ rule, alerts }) =>
        [...(alerts?.instances.values() ?? [])].map((instance) =>
          toAlertDetail(rule, instance, this.#ports.handlingOf(instance.labels.toObject())),
        ),
      )
      .toSorted((a, b) => b.activeAtMs - a.activeAtMs);
  }

  /** undefined = no rule of ours has made it. */
  originOf(labels: LabelSet): AlertOrigin | undefined {
    const { key } = Labels.from(labels);
    for (const { alerts } of this.#rules()) {
      const instance = alerts?.instances.get(key);
      if (alerts && instance) return { rule: alerts.rule, sampleLabels: instance.sampleLabels };
    }
    return undefined;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #rules(): readonly RuleHealth[] {
    return this.#groups.flatMap(({ state }) => state.rules);
  }

  #schedule(group: RuleGroup): ScheduledGroup {
    return new ScheduledGroup(group, this.#recorded, group.intervalMs ?? this.#options.intervalMs);
  }

  /** Takes up the alerts of before a restart. The time in between does not count for `for`: nobody looked. */
  #resume(): void {
    const stored = this.#ports.store.instances();
    const downMs = Math.max(
      0,
      this.#ports.nowMs() - (this.#ports.store.evaluatedMs ?? this.#ports.nowMs()),
    );
    const known = new Set(this.#rules().map(({ rule }) => identityOf(rule)));
    for (const [identity, instances] of stored) {
      if (!known.has(identity)) this.#drop(identity, [...instances.values()], this.#ports.nowMs());
    }
    for (const health of this.#rules()) {
      const instances = stored.get(identityOf(health.rule));
      if (!health.alerts || !instances) continue;
      health.alerts.instances = new Map(
        [...instances].map(([key, instance]) => [key, skipTime(instance, downMs)]),
      );
    }
    if (this.#pairs.learn(this.#rules())) this.#ports.inhibit(this.#pairs.inhibitRules());
    const firing = this.#rules().flatMap(({ alerts }) =>
      [...(alerts?.instances.values() ?? [])].filter(isFiring).map((one) => this.#toAlert(one)),
    );
    if (firing.length > 0) this.#ports.sink.put(firing, this.#ports.nowMs());
  }

  #commit(changes: RuleChanges, nowMs: number): void {
    this.#ports.store.write(changes);
    for (const { rule, labels, state, value } of changes.transitions) {
      this.#ports.log.info(`alert-${state === 'inactive' ? 'resolved' : state}`, {
        alert: rule,
        labels: JSON.stringify(labels),
        ...(value !== null && { value }),
        id: fingerprint(labels),
        page: alertPage({ labels, startsAtMs: nowMs }, this.#options.externalUrl),
      });
    }
    const hasPending = this.#rules().some(({ alerts }) =>
      [...(alerts?.instances.values() ?? [])].some(({ state }) => state === 'pending'),
    );
    if (hasPending && nowMs - this.#clockMs >= CLOCK_MS) {
      this.#ports.store.noteEvaluation(nowMs);
      this.#clockMs = nowMs;
    }
    const news = changes.passedOn.filter((one) => isFiring(one) || !this.#firesElsewhere(one));
    if (news.length > 0) {
      this.#ports.sink.put(
        news.map((one) => this.#toAlert(one)),
        nowMs,
      );
    }
    if (changes.transitions.length > 0) this.#tell();
  }

  /** Two rules may make the same alert: it is over when none of them has it firing. */
  #firesElsewhere({ labels }: AlertInstance): boolean {
    return this.#rules().some(({ alerts }) => {
      const other = alerts?.instances.get(labels.key);
      return other !== undefined && isFiring(other);
    });
  }

  /** Forgets alerts whose rule or host is gone; what fires is resolved. */
  #drop(identity: string, instances: readonly AlertInstance[], nowMs: number): void {
    if (instances.length === 0) return;
    this.#ports.store.write({
      saved: [],
      forgotten: instances.map(({ labels }) => ({ rule: identity, key: labels.key })),
      transitions: instances
        .filter(({ state }) => state !== 'inactive')
        .map(({ labels, state }) => ({
          timeMs: nowMs,
          rule: labels.get('alertname'),
          labels: labels.toObject(),
          state: state === 'pending' ? 'gone' : 'inactive',
          value: null,
        })),
    });
    const resolved = instances
      .filter(isFiring)
      .map((instance) => this.#toAlert({ ...instance, state: 'inactive', resolvedAtMs: nowMs }));
    if (resolved.length > 0) this.#ports.sink.put(resolved, nowMs);
  }

  #toAlert(instance: AlertInstance): Alert {
    const labels = instance.labels.toObject();
    const startsAtMs = instance.firedAtMs ?? instance.activeAtMs;
    return {
      labels,
      annotations: annotationsOf(instance),
      startsAtMs,
      endsAtMs: instance.resolvedAtMs,
      generatorUrl: alertPage({ labels, startsAtMs }, this.#options.externalUrl),
      value: instance.value,
    };
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** By it a rule's alerts are found again after a reload or restart: name and labels, as in Prometheus. */
function identityOf(rule: Rule): string {
  const labels =
    rule.kind === 'record' ? [] : [...rule.labels].map(([name, { text }]) => [name, text]);
  return JSON.stringify([rule.name, ...labels]);
}

/** By it a rule's series are found again after a reload: rules that record different things under one name have labels that differ. */
function authorOf(rule: Rule): string {
  return rule.kind === 'record'
    ? JSON.stringify(['record', rule.name, rule.labels])
    : identityOf(rule);
}

type Snapshot = ReadonlyMap<RuleHealth, ReadonlyMap<string, AlertInstance>>;

function snapshot(group: GroupState): Snapshot {
  return new Map(
    group.rules.flatMap((health) => (health.alerts ? [[health, health.alerts.instances]] : [])),
  );
}

interface RuleChanges extends Changes {
  /** Alerts that those who notify must hear of. */
  readonly passedOn: readonly AlertInstance[];
}

function changesOf(
  group: GroupState,
  before: Snapshot,
  { timeMs, intervalMs }: { readonly timeMs: number; readonly intervalMs: number },
): RuleChanges {
  // The first evaluation in a minute.
  const isTextTurn = timeMs % TEXTS_MS < intervalMs;
  const saved: { rule: string; instance: AlertInstance }[] = [];
  const forgotten: { rule: string; key: string }[] = [];
  const transitions: AlertTransition[] = [];
  const passedOn: AlertInstance[] = [];
  for (const health of group.rules) {
    const old = before.get(health);
    if (!health.alerts || !old || health.alerts.instances === old) continue;
    const rule = identityOf(health.rule);
    const note = (instance: AlertInstance, state: AlertTransition['state']) =>
      transitions.push({
        timeMs,
        rule: health.rule.name,
        labels: instance.labels.toObject(),
        state,
        value: Number.isFinite(instance.value) ? instance.value : null,
      });
    for (const [key, instance] of health.alerts.instances) {
      const previous = old.get(key);
      if (!isSameState(previous, instance)) saved.push({ rule, instance });
      if (previous?.state !== instance.state) note(instance, instance.state);
      if (isNews(previous, instance, isTextTurn)) passedOn.push(instance);
    }
    for (const [key, instance] of old) {
      if (health.alerts.instances.has(key)) continue;
      forgotten.push({ rule, key });
      if (instance.state === 'pending') note(instance, 'gone');
    }
  }
  return { saved, forgotten, transitions, passedOn };
}

/** Everything but the value, which changes each second and is not worth a write. */
function isSameState(a: AlertInstance | undefined, b: AlertInstance): boolean {
  return (
    a !== undefined &&
    a.state === b.state &&
    a.activeAtMs === b.activeAtMs &&
    a.resolvedAtMs === b.resolvedAtMs &&
    a.keepFiringSinceMs === b.keepFiringSinceMs &&
    a.missingSinceMs === b.missingSinceMs &&
    a.flaps.isFlapping === b.flaps.isFlapping &&
    a.flaps.changesMs === b.flaps.changesMs
  );
}

/** It began to fire, was resolved, or says something else than before. */
function isNews(
  before: AlertInstance | undefined,
  now: AlertInstance,
  isTextTurn: boolean,
): boolean {
  const wasFiring = before !== undefined && isFiring(before);
  if (isFiring(now) !== wasFiring) return isFiring(now) || now.state === 'inactive';
  return isTextTurn && wasFiring && !isSameText(annotationsOf(before), annotationsOf(now));
}

function isSameText(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  return a === b || Object.entries(b).every(([name, text]) => a[name] === text);
}

function joined(changes: readonly RuleChanges[]): RuleChanges {
  return {
    saved: changes.flatMap(({ saved }) => saved),
    forgotten: changes.flatMap(({ forgotten }) => forgotten),
    transitions: changes.flatMap(({ transitions }) => transitions),
    passedOn: changes.flatMap(({ passedOn }) => passedOn),
  };
}
