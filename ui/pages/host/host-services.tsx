import type { HostDetail } from '../../../wire/http.ts';
import { servicesOf } from '../../lib/services.ts';
import { formatValue } from '../../lib/units.ts';
import { Command } from '../../parts/command.tsx';

/** Every service that a metric of this host names. */
export function HostServices({ host }: { host: HostDetail }) {
  const { metrics, services } = servicesOf(host.series);
  if (services.length === 0)
    return (
      <section class="panel" aria-label="Services">
        <p class="dim">
          No metric of {host.name} names a service. A script on the host can send one; what carries
          the label <code>service</code> is listed here:
        </p>
        <Command text="clustermon metric send service_up 1 --label service=nginx" />
      </section>
    );
  return (
    <section class="panel scroll" aria-label="Services">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Service</th>
            {metrics.map(({ metric, title }) => (
              <th scope="col" class="right" key={metric}>
                {title || metric}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {services.map(({ name, values }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {metrics.map(({ metric, units }) => (
                <td class="right" key={metric}>
                  {textOf(values.get(metric)?.value, units)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function textOf(value: number | string | null | undefined, units: string): string {
  return typeof value === 'string' ? value : formatValue(value, units);
}
