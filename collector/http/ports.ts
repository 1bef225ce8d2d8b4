/** What the HTTP server needs from the rest of the collector and gets passed in; `collector/main.ts` joins them. */
import type { AlertInfo, NewRule, Problem, RuleInfo } from '../../wire/http.ts';
import type { AlertGraphRequest } from '../alerts/alert-graph.ts';
import type { BacktestRequest } from '../alerts/backtest-report.ts';
import type { RecordedSeries } from '../query-worker/recorded.ts';
import type { ChangesRequest } from '../range/changes.ts';
import type { BandRangeRequest, SeriesRangeRequest } from '../range/read-range.ts';
import type { ExpositionFormat } from './exposition.ts';

/** Rules and alerts as the API shows them. */
export interface AlertService {
  rules(): readonly RuleInfo[];
  /** @throws InputError `rule-invalid`, `rule-exists` */
  addRule(rule: NewRule): RuleInfo;
  /** @throws InputError `rule-unknown` */
  removeRule(name: string): void;
  /** Pending, firing and nodata, and those resolved in the last minutes. */
  alerts(): readonly AlertInfo[];
  /** Calls `listener` after each change of `alerts()`; the result ends that. */
  subscribe(listener: () => void): () => void;
}

/** What a person should do something about; each part of the collector reports its own. */
export interface ProblemSource {
  problems(): readonly Problem[];
}

export type RangeFormat = 'json' | 'csv' | 'svg';

/** Work for a query thread. */
export type QueryTask =
  | {
      readonly kind: 'series';
      readonly request: SeriesRangeRequest;
      readonly format: RangeFormat;
    }
  | { readonly kind: 'bands'; readonly request: BandRangeRequest; readonly format: RangeFormat }
  | { readonly kind: 'changes'; readonly request: ChangesRequest }
  /** A call of Prometheus' API: what comes after `/api/v1/`, and its parameters as a query string. */
  | {
      readonly kind: 'prometheus';
      readonly path: string;
      readonly params: string;
      readonly recorded: readonly RecordedSeries[];
    }
  | {
      readonly kind: 'federate';
      readonly selectors: readonly string[];
      readonly format: ExpositionFormat;
    }
  | {
      readonly kind: 'alert-graph';
      readonly request: AlertGraphRequest;
      readonly recorded: readonly RecordedSeries[];
    }
  | {
      readonly kind: 'backtest';
      readonly request: BacktestRequest;
      readonly recorded: readonly RecordedSeries[];
    }
  | {
      readonly kind: 'explain';
      readonly expr: string;
      readonly timeMs: number;
      readonly host: string | undefined;
      readonly recorded: readonly RecordedSeries[];
    };

/** A whole HTTP answer, so that the main thread only passes it on. */
export interface QueryAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface QueryRunner {
  /**
   * @param signal ends the query early when nobody waits for it any more
   * @throws InputError what the query refuses, `busy`, `query-timeout`, `query-canceled`
   */
  run(task: QueryTask, signal: AbortSignal): Promise<QueryAnswer>;
}
