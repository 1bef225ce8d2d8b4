import type { QueryRunner } from '../http/ports.ts';
import type { Alert, LabelSet } from '../notify/alert.ts';
import type { AlertGraph, GraphSource } from '../notify/graphs.ts';
import { type RecordedSource, recordedFor } from '../query-worker/recorded.ts';
import type { AlertOrigin } from './alert-engine.ts';
import type { DrawnGraph } from './alert-graph.ts';

export interface RuleGraphPorts {
  readonly queries: QueryRunner;
  /** undefined = the alert is none of our rules' */
  originOf(labels: LabelSet): AlertOrigin | undefined;
  /** Series that rules make. */
  recorded(): RecordedSource;
}

/** Graphs of what rules watch, drawn in query threads. */
export class RuleGraphs implements GraphSource {
  readonly #ports: RuleGraphPorts;

  constructor(ports: RuleGraphPorts) {
    this.#ports = ports;
  }

  async graphOf(alert: Alert, endMs: number, signal: AbortSignal): Promise<AlertGraph | undefined> {
    // Mails that waited through a restart are sent while alerting is still being put together.
    await Promise.resolve();
    const origin = this.#ports.originOf(alert.labels);
    if (!origin) return undefined;
    const { expr, forMs } = origin.rule;
    const request = { expr, forMs, labels: origin.sampleLabels.toObject(), endMs };
    const recorded = recordedFor([expr], this.#ports.recorded());
    const { body } = await this.#ports.queries.run(
      { kind: 'alert-graph', request, recorded },
      signal,
    );
    const drawn = JSON.parse(body) as DrawnGraph | null;
    return drawn ? { ...drawn, png: Buffer.from(drawn.png, 'base64') } : undefined;
  }
}
