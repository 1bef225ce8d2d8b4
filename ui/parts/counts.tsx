import { useComputed } from '@preact/signals';
import { alerts, hosts } from '../data/live.ts';
import { linkTo } from '../data/router.ts';
import { Status } from './status.tsx';

/** How many hosts are in which state, and how many alerts fire; zeros are left out, but for "up". */
export function Counts() {
  const counts = useComputed(() => {
    const of = (state: string) => hosts.value.filter((host) => host.state === state).length;
    const firing = alerts.value.filter((alert) => alert.state === 'firing');
    return {
      up: of('up'),
      down: of('down'),
      stopped: of('stopped'),
      critical: firing.filter((alert) => alert.severity === 'critical').length,
      warning: firing.filter((alert) => alert.severity === 'warning').length,
    };
  });
  const { up, down, stopped, critical, warning } = counts.value;
  return (
    <div class="counts" role="status" aria-label="State of the cluster">
      <Status shape="ok">{up} up</Status>
      {down > 0 ? <Status shape="down">{down} down</Status> : null}
      {stopped > 0 ? <Status shape="off">{stopped} stopped</Status> : null}
      {critical > 0 ? (
        <a href={linkTo({ name: 'alerts' })}>
          <Status shape="crit">{critical} critical</Status>
        </a>
      ) : null}
      {warning > 0 ? (
        <a href={linkTo({ name: 'alerts' })}>
          <Status shape="warn">{warning} warning</Status>
        </a>
      ) : null}
    </div>
  );
}
