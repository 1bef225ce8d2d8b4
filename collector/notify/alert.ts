/** An alert as it is notified: Alertmanager's model. Times are ms since the epoch. */
export interface Alert {
  readonly labels: LabelSet;
  readonly annotations: LabelSet;
  readonly startsAtMs: number;
  /** When it was, or will be taken to be, resolved; undefined while it fires and whoever sent it will say. */
  readonly endsAtMs: number | undefined;
  /** Where a person sees the expression that made it. */
  readonly generatorUrl: string;
  /** Of the rule's expression when the alert was last passed on; unknown of alerts that others sent. JSON has null for NaN. */
  readonly value?: number | null;
}

export type LabelSet = Readonly<Record<string, string>>;

/** Takes alerts as they change; the same alert (by its labels) again replaces what was known of it. */
export interface AlertSink {
  put(alerts: readonly Alert[], nowMs: number): void;
}

export function isResolved({ endsAtMs }: Alert, nowMs: number): boolean {
  return endsAtMs !== undefined && endsAtMs <= nowMs;
}

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
const SEPARATOR = 0xff;

/** One notification asks for an alert's fingerprint several times. */
const known = new WeakMap<LabelSet, string>();

/**
 * FNV-1a 64 over `name 0xff value 0xff` of the labels in order of their names, as 16 hexadecimal digits.
 * Source: prometheus/common model, LabelsToSignature
 */
export function fingerprint(labels: LabelSet): string {
  const before = known.get(labels);
  if (before !== undefined) return before;
  const print = fnv1a(labels);
  known.set(labels, print);
  return print;
}

function fnv1a(labels: LabelSet): string {
  const names = Object.keys(labels).sort();
  let hash = FNV_OFFSET;
  const add = (byte: number) => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  };
  for (const name of names) {
    for (const byte of Buffer.from(name)) add(byte);
    add(SEPARATOR);
    for (const byte of Buffer.from(labels[name] ?? '')) add(byte);
    add(SEPARATOR);
  }
  return hash.toString(16).padStart(16, '0');
}
