import type { HostDetail } from '../../../wire/http.ts';
import { hardwareOf } from '../../lib/hardware.ts';
import { formatValue } from '../../lib/units.ts';
import { FactList } from '../../parts/facts.tsx';
import { MachineHardware } from '../../parts/provisioning.tsx';
import { useMachineOf } from './machine-of.ts';

/** Constants that say how large the machine is. */
const SIZES: readonly (readonly [metric: string, name: string])[] = [
  ['cpu_num', 'processors'],
  ['cpu_speed', 'clock'],
  ['mem_total', 'memory'],
  ['swap_total', 'swap'],
  ['disk_total', 'local disks'],
];

/** What the machine is made of, as its agent and its installer found it. */
export function HostHardware({ host }: { host: HostDetail }) {
  const machine = useMachineOf(host);
  const sizes = SIZES.flatMap(([metric, name]) => {
    const series = host.series.find((one) => one.key === metric);
    return typeof series?.value === 'number'
      ? [[name, formatValue(series.value, series.units)] as const]
      : [];
  });
  return (
    <div class="fact-panels">
      <section class="panel" aria-label="Size">
        <h2>Size</h2>
        <FactList rows={sizes} />
      </section>
      {hardwareOf(host.facts).map(({ title, rows }) => (
        <section class="panel" key={title} aria-label={title}>
          <h2>{title}</h2>
          <FactList rows={rows} />
        </section>
      ))}
      {machine?.hardware ? <MachineHardware hardware={machine.hardware} /> : null}
    </div>
  );
}
