import { Command } from '../../parts/command.tsx';

/** What to do when nothing has been heard of yet. */
export function EmptyAppliance() {
  return (
    <section class="panel empty">
      <h1>No host has reported yet</h1>
      <p class="dim">
        Hosts appear here by themselves, within a second or two of their first datagram. Pick a way
        to begin:
      </p>
      <ol>
        <li>
          Monitor this machine: start everything with one command on the appliance.
          <Command text="clustermon up" />
        </li>
        <li>
          Add machines that run already: listen on their network, and bring them the agent by ssh.
          <Command text="clustermon up --agents eth0" />
          <Command text="clustermon agent install root@n001" />
          <span class="faint">
            Where multicast does not get through, add <code>--group</code> with an address of this
            appliance.
          </span>
        </li>
        <li>
          Install new machines from the network: let the appliance answer PXE on the interface that
          they are connected to.
          <Command text="clustermon up --pxe eth1" />
        </li>
        <li>
          Just look around, with 200 simulated hosts.
          <Command text="clustermon up --demo 200" />
        </li>
      </ol>
      <p class="dim">
        Something should be here already? <code>clustermon doctor</code> says what keeps datagrams
        from arriving.
      </p>
    </section>
  );
}
