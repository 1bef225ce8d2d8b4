/** Why a machine does not boot: the last attempt on its timeline, compared with the known ways to fail. Pure. */
import type { BootDiagnosis, NodeEvent, NodeState, PxeNode } from '../../wire/pxe.ts';
import { bootPurpose } from '../inventory/node.ts';
import { sourceOf } from './files.ts';

/** Events closer than this belong to one attempt: firmware repeats itself within 32 s, STP blocks a port for 50 s. */
const ATTEMPT_GAP_MS = 120_000;
/** How long each next step may take before its absence means something. */
const PATIENCE_MS = {
  script: 30_000,
  kernel: 60_000,
  installer: 120_000,
  report: 60_000,
} as const;

export interface Attempt {
  readonly events: readonly NodeEvent[];
  readonly nowMs: number;
  readonly mode: 'proxy' | 'server' | 'off';
  readonly node?: Pick<PxeNode, 'state' | 'lastContact'> | undefined;
}

interface Known {
  readonly code: string;
  readonly applies: (attempt: Attempt) => boolean;
  readonly text: string;
  readonly advice: string | ((attempt: Attempt) => string);
}

/** States in which a machine waits for a person, in RAM or switched off. */
const WAITING_STATES: readonly NodeState[] = ['discovered', 'failed'];
/** States in which it is still to do something before it is installed. */
const BOOTING_STATES: readonly NodeState[] = [
  ...WAITING_STATES,
  'approved',
  'booting',
  'installing',
];

const count = ({ events }: Attempt, kind: string) =>
  events.filter((event) => event.kind === kind).length;
const has = (attempt: Attempt, ...kinds: string[]) =>
  kinds.some((kind) => count(attempt, kind) > 0);
const said = ({ events }: Attempt, kind: string, words: RegExp) =>
  events.some((event) => event.kind === kind && words.test(event.text));
const FETCHES = [
  'tftp-size',
  'tftp-sent',
  'tftp-failed',
  'tftp-missing',
  'http-file',
  'http-script',
  'http-missing',
];

/** Milliseconds since the last event of a kind; 0 when there is none. */
function since({ events, nowMs }: Attempt, kind: string): number {
  const last = events.findLast((event) => event.kind === kind);
  return last ? nowMs - last.atMs : 0;
}

/** What follows the method, or the folder; a Raspberry Pi looks below its serial number first, where nothing needs to be. */
const LOADER = /(?:^|[ /])([\w.-]+\.(?:efi|kpxe))$|^\/?(start4?\.elf|bootcode\.bin)$/;

/** The boot loader that the machine asked for in vain; firmware also asks for files that nobody needs to have. */
function missingLoader({ events }: Attempt): string | undefined {
  const asked = events.flatMap(({ kind, text }) =>
    kind === 'tftp-missing' || kind === 'http-missing'
      ? (LOADER.exec(text)?.slice(1).find(Boolean) ?? [])
      : [],
  );
  return asked.find((name) => !/^(?:revocations|shim_certificate)/.test(name));
}

const KNOWN: readonly Known[] = [
  {
    code: 'never-heard',
    applies: ({ events }) => events.every((event) => event.kind === 'state'),
    text: 'the machine was never heard on the network',
    advice:
      'See that network boot is on in its firmware, that its cable is on a network of `pxe.interfaces`, and that a relay forwards to us when there is a router in between.',
  },
  {
    code: 'not-answered',
    applies: (attempt) => has(attempt, 'dhcp-unknown-architecture'),
    text: 'its firmware names an architecture (option 93) that cannot be booted',
    advice: 'Send the packet with `clustermon boot replay` in a bug report.',
  },
  {
    code: 'two-servers',
    applies: (attempt) => has(attempt, 'dhcp-held-back'),
    text: 'another DHCP server is on this network, so that no addresses are given beside it',
    advice: 'Set `pxe.mode: proxy`, or stop the other server; the timeline names it.',
  },
  {
    code: 'no-address',
    applies: (attempt) => has(attempt, 'dhcp-exhausted'),
    text: 'every address of the ranges is taken',
    advice: 'Make `pxe.ranges` larger, or the lease time shorter.',
  },
  {
    code: 'no-dhcp-server',
    applies: (attempt) =>
      attempt.mode === 'proxy' &&
      count(attempt, 'dhcp-offer') > 1 &&
      !has(attempt, 'dhcp-request', 'dhcp-foreign', ...FETCHES),
    text: 'it repeats its DISCOVER: nobody gives it an address',
    advice:
      'Proxy mode needs a DHCP server on the same network. Start one, or set `pxe.mode: server`.',
  },
  {
    code: 'offers-not-merged',
    applies: (attempt) =>
      attempt.mode === 'proxy' &&
      count(attempt, 'dhcp-offer') > 1 &&
      has(attempt, 'dhcp-foreign') &&
      !has(attempt, 'dhcp-request', ...FETCHES),
    text: 'it repeats its DISCOVER after two offers: its firmware does not merge them',
    advice:
      'Such firmware needs one complete offer: set `pxe.mode: server`, or `off` and put the lines of `clustermon boot dhcp-config` into the DHCP server.',
  },
  {
    code: 'offer-not-taken',
    applies: (attempt) =>
      attempt.mode === 'server' &&
      count(attempt, 'dhcp-offer') > 1 &&
      !has(attempt, 'dhcp-ack', 'dhcp-other-server', ...FETCHES),
    text: 'it repeats its DISCOVER although it was offered an address',
    advice:
      'Answers may not reach it: a switch that drops broadcasts, or a port that spanning tree still blocks (set portfast).',
  },
  {
    code: 'other-server-chosen',
    applies: (attempt) =>
      attempt.mode === 'server' && has(attempt, 'dhcp-other-server') && !has(attempt, ...FETCHES),
    text: 'it took the offer of another DHCP server, which sends it elsewhere',
    advice: 'Stop that server, or set `pxe.mode: proxy`; the timeline names it.',
  },
  {
    code: 'boot-server-unanswered',
    applies: (attempt) => count(attempt, 'pxe-ack') > 1 && !has(attempt, ...FETCHES),
    text: 'it repeats its request on port 4011: the answers do not reach it',
    advice: 'Look for a packet filter between us and the machine on UDP port 4011.',
  },
  {
    code: 'nothing-fetched',
    applies: (attempt) =>
      has(attempt, 'dhcp-request', 'dhcp-ack') &&
      !said(attempt, 'dhcp-offer', /\/ipxe\//) &&
      !has(attempt, 'pxe-ack', ...FETCHES) &&
      Math.max(since(attempt, 'dhcp-request'), since(attempt, 'dhcp-ack')) > PATIENCE_MS.script,
    text: 'it has an address but fetched no file from here',
    advice:
      'It may have asked another server: look at next-server of the DHCP server, and for a packet filter on UDP port 69 and the boot port.',
  },
  {
    code: 'file-missing',
    applies: (attempt) => missingLoader(attempt) !== undefined,
    text: 'it asked for a boot file that is not there',
    advice: (attempt) => {
      const name = missingLoader(attempt) ?? '';
      return /^(start4?\.elf|bootcode\.bin)$/.test(name)
        ? `${name} is firmware of a Raspberry Pi: put the files of its boot partition into the folder \`boot\` of the data folder.`
        : `${name}: ${sourceOf(name)}. Which machines need it: docs/provisioning.md.`;
    },
  },
  {
    code: 'transfer-broken',
    applies: (attempt) => has(attempt, 'tftp-failed') && !has(attempt, 'tftp-sent', 'http-script'),
    text: 'the TFTP transfer of its boot loader does not come to its end',
    advice:
      'Packets get lost or are too large: try the quirk `tftpBlockSizeMax: 1024` for this machine, and look at the cable.',
  },
  {
    code: 'grub-wrong-server',
    applies: (attempt) =>
      attempt.mode === 'proxy' &&
      said(attempt, 'tftp-sent', /grubx64|grubaa64/) &&
      !has(attempt, 'grub-config'),
    text: 'GRUB does not ask us for its configuration: beside a foreign DHCP server it asks that one',
    advice:
      'Set `pxe.mode: server`, or next-server of the DHCP server to our address; without Secure Boot, iPXE in place of GRUB does not need that.',
  },
  {
    code: 'script-not-fetched',
    applies: (attempt) =>
      (said(attempt, 'dhcp-offer', /\/ipxe\//) || said(attempt, 'dhcp-ack', /\/ipxe\//)) &&
      !has(attempt, 'http-script') &&
      since(attempt, 'dhcp-offer') > PATIENCE_MS.script,
    text: 'iPXE was told its script but never fetched it',
    advice:
      'Look for a packet filter on the boot port (TCP 8642), and whether the machine’s address can reach ours.',
  },
  {
    code: 'ipv6-wait',
    applies: ({ events }) => {
      const told = events.find(
        (event) => /\/ipxe\//.test(event.text) && event.kind !== 'http-script',
      );
      const script = events.find((event) => event.kind === 'http-script');
      return told !== undefined && script !== undefined && script.atMs - told.atMs > 12_000;
    },
    text: 'iPXE lost more than 12 s between its address and its script: it waits for an IPv6 router',
    advice:
      'Let `pxe.routerAdvertisements` be on, and IPv6 be enabled on the interface of the appliance.',
  },
  {
    code: 'kernel-not-fetched',
    applies: (attempt) =>
      bootPurpose(attempt.node) !== 'disk' &&
      has(attempt, 'http-script') &&
      !said(attempt, 'http-file', /\/media\//) &&
      since(attempt, 'http-script') > PATIENCE_MS.kernel,
    text: 'it has its script but did not fetch the kernel',
    advice:
      'See its console: it says so when there is no installer for it yet; less than 1 GiB of memory ends here too.',
  },
  {
    code: 'installer-silent',
    applies: (attempt) =>
      said(attempt, 'http-file', /initramfs/) &&
      !has(attempt, 'installer') &&
      since(attempt, 'http-file') > PATIENCE_MS.installer,
    text: 'kernel and initramfs were fetched, but the installer does not report',
    advice:
      'See its console. Less than 1 GiB of memory, or a network card without a driver in the installer, ends here.',
  },
  {
    code: 'installer-gone',
    applies: ({ node, nowMs }) =>
      node?.state === 'installing' &&
      nowMs - (node.lastContact?.atMs ?? nowMs) > PATIENCE_MS.report,
    text: 'the installer has not reported for more than a minute',
    advice:
      'It reports at least every 15 s: the machine has lost its power or its network. Power it on again, and it starts over; nobody needs to approve it again.',
  },
  {
    code: 'late-link',
    applies: (attempt) => said(attempt, 'dhcp-offer', /after \d\d+ s of asking/),
    text: 'its first DISCOVERs were lost: the switch port came up late',
    advice: 'Spanning tree blocks a port for 30 to 50 s: set portfast (edge port) on it.',
  },
];

/** The events of the last attempt: back to the first pause of two minutes. */
export function lastAttempt(events: readonly NodeEvent[]): NodeEvent[] {
  let from = events.length - 1;
  while (from > 0 && events[from]!.atMs - events[from - 1]!.atMs < ATTEMPT_GAP_MS) from -= 1;
  return events.slice(Math.max(0, from));
}

/** The known failures that the attempt shows, the earliest stage first. */
export function diagnose(attempt: Attempt): BootDiagnosis[] {
  return KNOWN.filter((known) => known.applies(attempt)).map(({ code, text, advice }) => ({
    code,
    text,
    advice: typeof advice === 'string' ? advice : advice(attempt),
  }));
}

/** What the machine is expected to do after its last step; undefined for one that is installed and runs. */
export function expectedNext(
  last: Pick<NodeEvent, 'kind' | 'text'> | undefined,
  state: NodeState | undefined,
): string | undefined {
  if (state === 'installed') return 'first metrics of its agent';
  if (state !== undefined && !BOOTING_STATES.includes(state)) return undefined;
  const isInstalling = state !== undefined && !WAITING_STATES.includes(state);
  switch (last?.kind) {
    case undefined:
    case 'state':
      return 'DISCOVER of its firmware, when it boots from the network';
    case 'dhcp-offer':
    case 'dhcp-foreign':
      return 'REQUEST of the offered address';
    case 'dhcp-request':
    case 'dhcp-ack':
    case 'pxe-ack':
      return /\/ipxe\//.test(last.text)
        ? 'GET of its iPXE script'
        : 'its boot loader, or DISCOVER of iPXE';
    case 'tftp-size':
      return 'the boot loader itself by TFTP';
    case 'tftp-sent':
      return nextAfterFile(last.text);
    case 'http-script':
      return isInstalling ? 'GET of the kernel' : 'GET of the kernel, or its own disk';
    case 'http-file':
      return /initramfs/.test(last.text)
        ? 'first report of the installer'
        : 'GET of the next boot file';
    default:
      if (isInstalling) return 'next report of the installer';
      return state === 'failed' ? 'somebody to install it again' : 'its approval';
  }
}

/** @param text of `tftp-sent`: the file's name first */
function nextAfterFile(text: string): string {
  if (/grub\.cfg/.test(text)) return 'its kernel by TFTP, or its own disk';
  if (/initramfs/.test(text)) return 'first report of the installer';
  return /vmlinuz|shim|grub/.test(text) ? 'the next boot file by TFTP' : 'DISCOVER of iPXE';
}
