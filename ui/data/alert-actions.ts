/** What people do with alerts. */
import type { AlertDetail, BacktestReport, NewRule, RuleBacktestJson } from '../../wire/http.ts';
import { getJson, sendJson } from './api.ts';

export async function loadAlerts(): Promise<readonly AlertDetail[]> {
  return getJson<readonly AlertDetail[]>('/api/alerts');
}

interface Acknowledgement {
  /** Empty = whoever the request comes from. */
  readonly byWhom: string;
  readonly comment: string;
  readonly seconds: number;
}

/** Says that somebody is on it: it is not repeated while it lasts. */
export async function acknowledge(
  fingerprint: string,
  { byWhom, ...rest }: Acknowledgement,
): Promise<void> {
  const body = byWhom === '' ? rest : { ...rest, byWhom };
  await sendJson('POST', `/api/alerts/${fingerprint}/ack`, body);
}

export async function unacknowledge(fingerprint: string): Promise<void> {
  await sendJson('DELETE', `/api/alerts/${fingerprint}/ack`);
}

/** What a rule would have done between two times. JSON is YAML, so that it passes for a rule file. */
export async function backtest(
  rule: NewRule,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<RuleBacktestJson> {
  const alert = {
    alert: rule.name ?? 'Tried',
    expr: rule.expr,
    for: `${rule.forSeconds ?? 0}s`,
    labels: { severity: rule.severity ?? 'warning' },
  };
  const rules = JSON.stringify({ groups: [{ name: 'tried', rules: [alert] }] });
  const report = await sendJson<BacktestReport>('POST', '/api/alerts/backtest', {
    rules,
    fromMs,
    toMs,
  });
  return report.rules[0]!;
}
