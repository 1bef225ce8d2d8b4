import type { Clock } from '../../base/clock.ts';
import { reasonOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type Alert, isResolved } from './alert.ts';
import type { Notification } from './payload.ts';

/** A picture of what an alert is about. */
export interface AlertGraph {
  readonly png: Buffer;
  /** Pixels of the page that it covers. */
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** Its times, and the bound that was passed. */
  readonly caption: string;
  readonly lines: readonly {
    /** `#0072B2` */
    readonly colour: string;
    /** What tells the line from others, and its numbers. */
    readonly text: string;
  }[];
}

export interface GraphSource {
  /**
   * @param endMs the time of the right end, ms since the epoch
   * @param signal ends the drawing: nobody waits for it any more
   * @returns undefined when there is nothing to draw
   */
  graphOf(alert: Alert, endMs: number, signal: AbortSignal): Promise<AlertGraph | undefined>;
}

export interface GraphPorts {
  readonly source: GraphSource;
  readonly clock: Clock;
  readonly log: Log;
}

const GRAPHS_MAX = 4;
/** A notification waits no longer for all of its graphs. */
const LIMIT_MS = 2000;

/** Graphs of the first alerts that fire; those that are not there in time, or fail, are left out. */
export async function drawGraphs(
  { alerts, timeMs }: Notification,
  { source, clock, log }: GraphPorts,
): Promise<readonly AlertGraph[]> {
  const firing = alerts.filter((alert) => !isResolved(alert, timeMs)).slice(0, GRAPHS_MAX);
  const late = new AbortController();
  const limit = new Promise<undefined>((resolve) => {
    late.signal.addEventListener('abort', () => resolve(undefined));
  });
  const cancel = clock.after(LIMIT_MS, () => late.abort());
  const tryGraph = async (alert: Alert) => {
    try {
      return await source.graphOf(alert, timeMs, late.signal);
    } catch (error) {
      log.warn('graph-failed', { alert: alert.labels['alertname'] ?? '', reason: reasonOf(error) });
      return undefined;
    }
  };
  const graphs: AlertGraph[] = [];
  // One after the other: mails leave threads to those who wait for answers.
  for (const alert of firing) {
    if (late.signal.aborted) break;
    const graph = await Promise.race([tryGraph(alert), limit]);
    if (graph) graphs.push(graph);
  }
  cancel();
  return graphs;
}
