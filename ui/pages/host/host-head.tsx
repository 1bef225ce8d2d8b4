import type { HostDetail } from '../../../wire/http.ts';
import { nowS } from '../../data/live.ts';
import { linkTo } from '../../data/router.ts';
import { dateTimeText } from '../../lib/clock-text.ts';
import { formatDuration } from '../../lib/units.ts';
import { STATE_SHAPES, Status } from '../../parts/status.tsx';
import { useMachineOf } from './machine-of.ts';

/** A clock that is further off than this is worth a word: certificates and logs suffer from it. */
const OFFSET_MS_MAX = 1_000;

/** Facts that tell machines apart at a glance, under the names of the agent and of its demo. */
const HEAD_FACTS = ['system.model', 'cpu.model', 'os.name', 'os.release'];

/** Who the host is and how it does, in one line. */
export function HostHead({ host }: { host: HostDetail }) {
  const facts = HEAD_FACTS.flatMap((name) => host.facts[name] ?? []);
  const offsetS = host.clockOffsetMs / 1000;
  return (
    <header class="page-head">
      <h1>{host.name}</h1>
      <Status shape={STATE_SHAPES[host.state]}>
        {host.state}
        {host.state === 'up' ? '' : `, last heard ${dateTimeText(host.lastSeenMs / 1000)}`}
      </Status>
      <span>{host.address}</span>
      {Object.entries(host.labels).map(([label, value]) => (
        <a key={label} class="label" href={groupedBy(label)} title={`all hosts by ${label}`}>
          <span class="faint">{label}</span> {value}
        </a>
      ))}
      <Installed host={host} />
      <Uptime host={host} />
      {Math.abs(host.clockOffsetMs) > OFFSET_MS_MAX ? (
        <Status shape="warn">
          clock {formatDuration(Math.abs(offsetS))} {offsetS > 0 ? 'ahead' : 'behind'}
        </Status>
      ) : null}
      {facts.length > 0 ? <span class="dim">{facts.join(' · ')}</span> : null}
    </header>
  );
}

/** The overview with the hosts of each value of the label beside each other. */
function groupedBy(label: string): string {
  const to = new URL(linkTo({ name: 'overview' }), location.href);
  to.searchParams.set('group', label);
  return to.pathname + to.search;
}

/** Classes that it was installed from, and when; nothing where this appliance did not do it. */
function Installed({ host }: { host: HostDetail }) {
  const machine = useMachineOf(host);
  if (!machine) return null;
  const { name, classes, installedMs } = machine;
  const when =
    installedMs === undefined ? machine.state : `installed ${dateTimeText(installedMs / 1000)}`;
  return (
    <a href={linkTo({ name: 'machine', machine: name })} title={classes.join(' ')}>
      {when} <span class="faint">{classes.join(' ')}</span>
    </a>
  );
}

/** From the metric when the agent sends one: the agent's own start is not the machine's. */
function Uptime({ host }: { host: HostDetail }) {
  if (host.state !== 'up') return null;
  const series = host.series.find((one) => one.key === 'uptime');
  if (typeof series?.value === 'number') return <span>up for {formatDuration(series.value)}</span>;
  return <span>agent runs for {formatDuration(nowS.peek() - host.bootMs / 1000)}</span>;
}
