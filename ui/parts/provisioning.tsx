import type { BootExplanation, NodeDisk, NodeEvent, NodeHardware } from '../../wire/pxe.ts';
import { dateTimeText } from '../lib/clock-text.ts';
import { formatValue } from '../lib/units.ts';
import { FactList } from './facts.tsx';
import { InstallerLog } from './installer-log.tsx';
import { Status } from './status.tsx';

/** How a machine boots and is installed: why it failed, what the installer says, every step that it took, and what it would be given now. */
export function Provisioning({ explanation }: { explanation: BootExplanation }) {
  const { node, stages, diagnoses, events, expectedNext } = explanation;
  return (
    <>
      {node?.failure === undefined ? null : (
        <section class="panel" aria-label="Failure">
          <h2>Why it failed</h2>
          <pre class="failure">{node.failure}</pre>
        </section>
      )}
      {diagnoses.map((diagnosis) => (
        <section class="panel" key={diagnosis.code} aria-label="Diagnosis">
          <Status shape="warn">{diagnosis.text}</Status>
          <p>{diagnosis.advice}</p>
        </section>
      ))}
      {node ? <InstallerLog node={node} /> : null}
      <Timeline events={events} />
      <section class="panel scroll" aria-label="Boot">
        <h2>What it would be given now</h2>
        <table class="list">
          <tbody>
            {stages.map((stage) => (
              <tr key={stage.stage}>
                <th scope="row">{stage.stage}</th>
                <td class="wrap">
                  <code>{stage.answer}</code>
                </td>
                <td class="dim wrap">{stage.why}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p class="dim">Expected next: {expectedNext}</p>
      </section>
    </>
  );
}

/** What the installer found in the machine. */
export function MachineHardware({ hardware }: { hardware: NodeHardware }) {
  const { memoryBytes, disks = [], volumes = [], nics = [] } = hardware;
  const rows: (readonly [string, string | undefined])[] = [
    ['system', [hardware.vendor, hardware.product].filter(Boolean).join(' ')],
    ['serial', hardware.serial],
    ['processor', hardware.cpu],
    ['cores', hardware.cores?.toString()],
    ['memory', memoryBytes === undefined ? undefined : formatValue(memoryBytes, 'bytes')],
    ['firmware', hardware.firmware],
    ...disks.map((disk) => [disk.name, describeDisk(disk)] as const),
    ...volumes.map(({ path, kind, devices }) => [path, `${kind} on ${devices.join(' ')}`] as const),
    ...nics.map((nic) => [nic.name, nic.mac] as const),
  ];
  const known = rows.filter((row): row is readonly [string, string] => Boolean(row[1]));
  return (
    <section class="panel" aria-label="Hardware that the installer found">
      <h2>
        Hardware <span class="faint">as the installer found it</span>
      </h2>
      <FactList rows={known} />
    </section>
  );
}

/** `480 GB SAMSUNG MZ7L3: 1 ext4, 2 swap, 3 unknown` */
function describeDisk({ sizeBytes, model, partitions = [] }: NodeDisk): string {
  const size = [formatValue(sizeBytes / 1e9, 'GB'), model].filter(Boolean).join(' ');
  const contents = partitions.map(
    ({ number, fileSystem }) => `${number} ${fileSystem ?? 'unknown'}`,
  );
  return contents.length === 0 ? size : `${size}: ${contents.join(', ')}`;
}

/** Every packet, request and task that the appliance saw of the machine, the newest first. */
function Timeline({ events }: { events: readonly NodeEvent[] }) {
  return (
    <section class="panel" aria-label="Timeline">
      <h2>
        Timeline <span class="faint">{events.length}</span>
      </h2>
      {events.length === 0 ? <p class="faint">Nothing was heard of it yet.</p> : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be reached by keyboard */}
      <ol class="timeline" tabIndex={0}>
        {events
          .toSorted((a, b) => b.id - a.id)
          .map((event) => (
            <li key={event.id}>
              <span class="faint">{dateTimeText(event.atMs / 1000)}</span>
              <span>{event.kind}</span>
              <span>{event.text}</span>
            </li>
          ))}
      </ol>
    </section>
  );
}
