/** Which facts of a host are about its hardware, by the agents' names: `cpu.model`, `nic.eth0`. */
import type { Labels } from '../../wire/metric.ts';
import { natural } from './rack-map.ts';

export interface FactGroup {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
}

const TITLES: Readonly<Record<string, string>> = {
  system: 'System',
  board: 'Board',
  bios: 'Firmware',
  cpu: 'Processor',
  memory: 'Memory',
  disk: 'Disks',
  nic: 'Network interfaces',
  gpu: 'Accelerators',
};

/** Groups in the order of TITLES, those without a fact left out; names without the prefix of their group. */
export function hardwareOf(facts: Labels): FactGroup[] {
  return Object.entries(TITLES).flatMap(([prefix, title]) => {
    const rows = Object.entries(facts)
      .filter(([name]) => name.startsWith(`${prefix}.`))
      .map(([name, value]) => [name.slice(prefix.length + 1), value] as const)
      .sort(([a], [b]) => natural(a, b));
    return rows.length > 0 ? [{ title, rows }] : [];
  });
}
