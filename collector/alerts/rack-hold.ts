import type { LiveHost } from '../hosts/host-table.ts';
import type { LabelSet } from '../notify/alert.ts';

/**
 * Why an alert is held back at present: its host is. `RackDown` is when every silent host of its rack is, such as when a whole rack is
 * installed anew.
 * @returns undefined = it is not
 */
export function holdReasonOf(
  { alertname, host, rack }: LabelSet,
  hosts: () => readonly Pick<LiveHost, 'name' | 'labels' | 'state'>[],
  holdReason: (host: string) => string | undefined,
): string | undefined {
  if (host !== undefined) return holdReason(host);
  if (alertname !== 'RackDown') return undefined;
  const reasons = hosts()
    .filter(({ labels, state }) => labels['rack'] === rack && state !== 'up')
    .map(({ name }) => holdReason(name));
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}
