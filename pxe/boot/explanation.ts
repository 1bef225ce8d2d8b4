/** What a machine would be given now at each stage, and what its last attempt shows. Pure. */
import { type Mac, parseMac } from '../../wire/address.ts';
import type { BootExplanation, NodeEvent, PxeNode } from '../../wire/pxe.ts';
import { bootPurpose } from '../inventory/node.ts';
import { diagnose, expectedNext, lastAttempt } from './explain.ts';
import { sourceOf } from './files.ts';
import {
  type BootChoice,
  type BootClient,
  type BootServer,
  chooseBoot,
  FIRMWARE_EXAMPLES,
} from './firmware.ts';
import type { InstallerMedia, NoInstaller } from './media.ts';

const PURPOSE_TEXT = {
  install: 'installer, which writes to the approved disks',
  discover: 'installer in RAM, which reports the hardware and waits for approval',
  disk: 'its own disk',
} as const;

/** @param mode of the appliance; `off` answers as `server` would be copied into another DHCP server */
export function explainBoot(of: {
  readonly mac: string;
  readonly node: PxeNode | undefined;
  readonly server: BootServer;
  readonly mode: 'proxy' | 'server' | 'off';
  readonly hasFile: BootChoice['hasFile'];
  /** For this machine's processor. */
  readonly installer: InstallerMedia | NoInstaller;
  readonly events: readonly NodeEvent[];
  readonly nowMs: number;
}): BootExplanation {
  const { mac, node, server, mode, hasFile, installer, events, nowMs } = of;
  const quirks = node?.quirks ?? {};
  const attempt = lastAttempt(events);
  const purpose = bootPurpose(node);
  const lacking = purpose !== 'disk' && 'missing' in installer ? installer : undefined;
  const missing = lacking
    ? [{ code: 'no-installer', text: lacking.missing, advice: lacking.advice }]
    : [];
  const examples = FIRMWARE_EXAMPLES.filter(
    ({ firmware }) =>
      !firmware || (node?.architecture ?? firmware.architecture) === firmware.architecture,
  );
  const answers = examples.map(({ stage, firmware }) => {
    const client: BootClient = {
      mac: parseMac(mac) ?? (mac as Mac),
      stage,
      firmware,
      uuid: undefined,
    };
    const boot = chooseBoot(client, {
      server,
      quirks,
      hasFile,
      mode: mode === 'proxy' ? 'proxy' : 'server',
    });
    const name = stage === 'ipxe' ? 'iPXE' : `${firmware?.name} firmware`;
    const isMissing = boot?.loader !== undefined && !hasFile(boot.loader);
    const where = isMissing ? `; it is not there: ${sourceOf(boot.loader)}` : '';
    return {
      stage: name,
      answer: boot?.file ?? 'nothing',
      why: boot ? `${boot.why}${where}` : 'not in the table',
    };
  });
  return {
    mac,
    ...(node && { node }),
    stages: [
      ...answers,
      {
        stage: 'script',
        answer: lacking ? `nothing: ${lacking.missing}` : PURPOSE_TEXT[purpose],
        why: node ? `the node is ${node.state}` : 'the machine is not known',
      },
    ],
    expectedNext: expectedNext(attempt.at(-1), node?.state) ?? 'nothing: it runs from its disk',
    // The earliest stage first.
    diagnoses: [...diagnose({ events: attempt, nowMs, mode, node }), ...missing],
    events: attempt,
  };
}
