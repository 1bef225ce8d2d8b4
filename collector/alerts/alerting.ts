import type Database from 'better-sqlite3';
import type { Clock } from '../../base/clock.ts';
import { InputError, reasonOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { AlertTransition, Problem } from '../../wire/http.ts';
import type { DeferredWrites } from '../deferred-writes.ts';
import type { HostTable } from '../hosts/host-table.ts';
import type { QueryRunner } from '../http/ports.ts';
import type { NotifyConfig } from '../notify/config.ts';
import { defaultConfig, TOPOLOGY } from '../notify/default-config.ts';
import type { InhibitRule } from '../notify/inhibit.ts';
import { Notifier } from '../notify/notifier.ts';
import { makeIntegrations } from '../notify/receivers/make.ts';
import { loadRouting } from '../notify/routing-loader.ts';
import { NotifyStore, type Outgoing } from '../notify/store.ts';
import type { SampleSource } from '../query/source.ts';
import { AlertEngine } from './alert-engine.ts';
import { AlertStore } from './alert-store.ts';
import { OwnHistory } from './own-history.ts';
import { ownSamples, type RunningInstall } from './own-samples.ts';
import { holdReasonOf } from './rack-hold.ts';
import { RuleGraphs } from './rule-graphs.ts';
import { loadRules } from './rule-loader.ts';

export interface AlertingPorts {
  /** `registry.db` with ALERT_TABLES and NOTIFY_TABLES. */
  readonly registry: Database.Database;
  /** For what nobody waits for. */
  readonly writes: DeferredWrites;
  readonly hosts: Pick<HostTable, 'subscribe' | 'byName' | 'ingest' | 'list'>;
  /** Live values and archives. */
  readonly source: SampleSource;
  readonly clock: Clock;
  readonly log: Log;
  /** Where graphs of alerts are drawn. */
  readonly queries: QueryRunner;
  /** Why alerts of a host are held back at present, such as its installation; undefined = they are not. */
  holdReason(host: string): string | undefined;
  /** Machines that are being installed at present. */
  runningInstalls(): readonly RunningInstall[];
}

export interface AlertingOptions {
  /** Rule files, with `*` for any name. */
  readonly ruleFiles: readonly string[];
  readonly builtInRules: boolean;
  /** Alertmanager configuration; '' = all alerts go to `webhooks`. */
  readonly routingFile: string;
  readonly webhooks: readonly string[];
  /** The page's address as people reach it. */
  readonly externalUrl: string;
  /** Of rule groups that name no interval. */
  readonly ruleIntervalSeconds: number;
}

/** Rules, alerts and notifications of one collector. */
export class Alerting {
  readonly engine: AlertEngine;
  readonly notifier: Notifier;
  /** The past of what rules ask of the appliance itself. */
  readonly ownHistory: OwnHistory;
  readonly #options: AlertingOptions;
  readonly #store: AlertStore;
  readonly #clock: Clock;
  readonly #unsubscribe: () => void;
  #config: NotifyConfig;
  /** Inhibition that rules bring along. */
  #inhibitRules: readonly InhibitRule[] = [];
  #fileProblems: readonly Problem[] = [];

  /** Starts at once; rules are evaluated with each second that the host table tells. */
  constructor(ports: AlertingPorts, options: AlertingOptions) {
    this.#options = options;
    this.#clock = ports.clock;
    this.#config = this.#tryConfig() ?? defaultConfig(options.webhooks);
    const graphs = new RuleGraphs({
      queries: ports.queries,
      originOf: (labels) => this.engine.originOf(labels),
      recorded: () => this.engine.recorded,
    });
    this.notifier = new Notifier(
      {
        store: new NotifyStore(ports.registry, ports.writes),
        clock: ports.clock,
        log: ports.log,
        integrations: (config) =>
          makeIntegrations(config, { clock: ports.clock, log: ports.log, source: graphs }),
        holdReason: (labels) =>
          holdReasonOf(
            labels,
            () => ports.hosts.list(),
            (host) => ports.holdReason(host),
          ),
      },
      this.#effectiveConfig(),
      options.externalUrl,
    );
    this.#store = new AlertStore(ports.registry, ports.writes);
    this.ownHistory = new OwnHistory(ports.registry, ports.writes);
    const samplesNow = (nowMs: number) => ownSamples(ports.hosts, ports.runningInstalls(), nowMs);
    const { groups, problems, warnings } = loadRules(options.ruleFiles, options.builtInRules);
    this.#note('rule-file-invalid', problems);
    this.#note('rule-file-partly-read', warnings);
    this.engine = new AlertEngine(
      {
        source: ports.source,
        store: this.#store,
        sink: this.notifier,
        ownSamples: samplesNow,
        inhibit: (rules) => {
          this.#inhibitRules = rules;
          this.notifier.reconfigure(this.#effectiveConfig());
        },
        handlingOf: (labels) => this.notifier.handlingOf(labels),
        log: ports.log,
        nowMs: () => ports.clock.nowMs(),
      },
      { externalUrl: options.externalUrl, intervalMs: options.ruleIntervalSeconds * 1000 },
      groups,
    );
    this.#unsubscribe = ports.hosts.subscribe((change) => {
      if (change.kind === 'second') {
        const nowMs = change.second * 1000;
        this.engine.evaluate(nowMs);
        this.ownHistory.note(nowMs, () => samplesNow(nowMs));
      }
      if (change.kind === 'host-removed') this.engine.forgetHost(change.host.name);
    });
  }

  /**
   * Reads rule files and routing again; all of it or nothing.
   * @throws InputError `rule-file-invalid`, `routing-invalid` with every problem; what ran before goes on
   */
  reload(): void {
    const { ruleFiles, builtInRules } = this.#options;
    const { groups, problems, warnings } = loadRules(ruleFiles, builtInRules);
    if (problems.length > 0) throw new InputError('rule-file-invalid', problems.join('\n'));
    this.#config = this.#readConfig();
    this.engine.load(groups);
    this.#fileProblems = [];
    this.#note('rule-file-partly-read', warnings);
  }

  /** The routing in use, as an Alertmanager configuration. */
  get routing(): string {
    return this.#config.original;
  }

  /** What happened to alerts; both ends of the range are included, the newest is last. */
  transitions(range: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly rule?: string;
  }): readonly AlertTransition[] {
    return this.#store.transitions(range);
  }

  /** What a person should do something about. */
  problems(): readonly Problem[] {
    const { waiting, refusals } = this.notifier.courier;
    const oldest = waiting.find(({ attempts }) => attempts > 2);
    return [
      ...this.#fileProblems,
      ...(oldest ? [this.#waitingProblem(oldest)] : []),
      ...refusals.map(({ integration, detail, sinceMs }) => ({
        code: 'notification-refused',
        text: `receiver ${integration} refuses notifications: ${detail}; then try \`clustermon notify test ${integration.replace(/\/[^/]*$/, '')}\``,
        sinceMs,
      })),
    ];
  }

  #waitingProblem({ integration, attempts, createdMs }: Outgoing): Problem {
    const failure = this.notifier.courier.failureOf(integration);
    const why = failure === '' ? '' : `: ${failure}`;
    return {
      code: 'notification-waiting',
      text: `receiver ${integration} does not accept notifications (${attempts} attempts)${why}; \`clustermon notify list\` shows what waits`,
      sinceMs: createdMs,
    };
  }

  close(): void {
    this.#unsubscribe();
    this.notifier.close();
  }

  #effectiveConfig(): NotifyConfig {
    const own = [...TOPOLOGY, ...this.#inhibitRules];
    return { ...this.#config, inhibitRules: [...own, ...this.#config.inhibitRules] };
  }

  #tryConfig(): NotifyConfig | undefined {
    try {
      return this.#readConfig();
    } catch (error) {
      this.#note('routing-invalid', [reasonOf(error)]);
      return undefined;
    }
  }

  #readConfig(): NotifyConfig {
    const { routingFile, webhooks } = this.#options;
    return routingFile === '' ? defaultConfig(webhooks) : loadRouting(routingFile);
  }

  #note(code: string, texts: readonly string[]): void {
    const sinceMs = this.#clock.nowMs();
    this.#fileProblems = [...this.#fileProblems, ...texts.map((text) => ({ code, text, sinceMs }))];
  }
}
