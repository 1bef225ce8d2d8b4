/** What happened, as marks on the time axis of charts: alerts, boots, installations, changes, notes of people. */
import type { AlertInfo, AlertTransition, EventInfo } from '../../wire/http.ts';
import type { Labels } from '../../wire/metric.ts';
import type { PxeNode } from '../../wire/pxe.ts';

/** `alert`: a critical one began, `warning`: another one; `state`: a host came, went or restarted; `change`: somebody changed rules or settings. */
export type HappeningKind = 'alert' | 'warning' | 'install' | 'state' | 'change' | 'note';

export interface Happening {
  readonly timeS: number;
  readonly kind: HappeningKind;
  /** Empty = the whole cluster. */
  readonly host: string;
  readonly text: string;
}

/** Events of these kinds are made by agents and collector; any other is a note of a person or a script. */
const STATE_KINDS = new Set(['joined', 'up', 'down', 'stopped', 'retired', 'boot', 'shutdown']);
const CHANGE_KIND = 'change';
const INSTALL_KIND = /install/;

export function ofEvent({ timeMs, kind, host, text }: EventInfo): Happening {
  return { timeS: timeMs / 1000, kind: kindOf(kind), host, text };
}

function kindOf(kind: string): HappeningKind {
  if (INSTALL_KIND.test(kind)) return 'install';
  if (kind === CHANGE_KIND) return 'change';
  return STATE_KINDS.has(kind) || kind.startsWith('service') ? 'state' : 'note';
}

/** Only that an alert began: when it ended is seen on the line itself. */
export function ofTransitions(transitions: readonly AlertTransition[]): Happening[] {
  return transitions
    .filter(({ state }) => state === 'firing')
    .map(({ timeMs, rule, labels }) => ofAlert(timeMs, rule, labels));
}

/** Those that fire now, which no history that was loaded earlier has. */
export function ofAlerts(alerts: readonly AlertInfo[]): Happening[] {
  return alerts.flatMap(({ rule, labels, firedAtMs }) =>
    firedAtMs === null ? [] : ofAlert(firedAtMs, rule, labels),
  );
}

function ofAlert(timeMs: number, rule: string, labels: Labels): Happening {
  const host = labels['host'] ?? '';
  const kind = labels['severity'] === 'critical' ? 'alert' : 'warning';
  return { timeS: timeMs / 1000, kind, host, text: `${rule} ${host}`.trim() };
}

export function ofMachines(machines: readonly PxeNode[]): Happening[] {
  return machines.flatMap(({ name, installedMs }) =>
    installedMs === undefined
      ? []
      : { timeS: installedMs / 1000, kind: 'install', host: name, text: `${name} was installed` },
  );
}

/** Without what is the same twice, in the order of time. */
export function merged(happenings: readonly Happening[]): Happening[] {
  const byWhat = new Map(
    happenings.map((one) => [`${Math.round(one.timeS)} ${one.kind} ${one.text}`, one]),
  );
  return [...byWhat.values()].sort((a, b) => a.timeS - b.timeS);
}
