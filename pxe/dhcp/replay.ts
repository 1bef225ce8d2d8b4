/** Feeds the client's side of a recorded conversation to a responder: what `clustermon boot replay` does. */
import { InputError } from '../../base/errors.ts';
import { openDatabase } from '../../base/sqlite.ts';
import { formatIpv4, type Ipv4, type Mac, parseIpv4 } from '../../wire/address.ts';
import { LeaseStore } from '../inventory/lease-store.ts';
import { Leases } from '../inventory/leases.ts';
import { REGISTRY_MIGRATIONS } from '../inventory/store.ts';
import { type DescribedPacket, describePacket, hexOf } from './describe.ts';
import { answerAsServer, type LeaseServerContext } from './lease-server.ts';
import { OPTION } from './options.ts';
import { addressOption, clientMac, type DhcpPacket, decodePacket } from './packet.ts';
import { answerAsProxy } from './proxy.ts';
import { DHCP_SERVER_PORT, type Outcome, PXE_BOOT_SERVER_PORT } from './reply.ts';

/** One packet of a recording: seconds since power on, addresses and, for UDP, the payload in hex. */
export interface RecordedPacket {
  readonly t: number;
  readonly dir: 'client' | 'server';
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly payload?: string;
}

export interface ReplayedPacket {
  /** 1-based line of the recording. */
  readonly line: number;
  readonly t: number;
  readonly port: number;
  readonly request?: DescribedPacket;
  readonly outcome: string;
  readonly text: string;
  readonly answers: readonly {
    readonly to: string;
    readonly port: number;
    readonly fromPort: number;
    readonly packet: DescribedPacket;
    readonly hex: string;
  }[];
}

export interface Replay {
  readonly mode: 'proxy' | 'server';
  /** The address that the responder took for its own. */
  readonly server: string;
  readonly packets: readonly ReplayedPacket[];
}

const HTTP_PORT = 8642;
/** Documentation network (RFC 5737), for a recording that names no server. */
const NO_SERVER = parseIpv4('192.0.2.1') as Ipv4;

/**
 * Reads a recording: one JSON object a line; empty lines are skipped.
 * @throws InputError `recording-line` with the line number
 */
export function parseRecording(text: string): { line: number; packet: RecordedPacket }[] {
  return text.split('\n').flatMap((content, index) => {
    if (content.trim() === '') return [];
    const line = index + 1;
    try {
      const packet = JSON.parse(content) as RecordedPacket;
      if ((packet.dir === 'client' || packet.dir === 'server') && Number.isInteger(packet.dport)) {
        return [{ line, packet }];
      }
    } catch (cause) {
      throw new InputError(
        'recording-line',
        `line ${line} is not JSON; a recording has one object a line: t, dir, src, sport, dst, dport, payload`,
        { line, cause },
      );
    }
    throw new InputError('recording-line', `line ${line} lacks dir (client or server) or dport`, {
      line,
    });
  });
}

/**
 * Answers each DHCP packet that the client sent, in order.
 * @param address the responder's own address; by default the one that the recording's client talks to
 */
export function replay(text: string, mode: 'proxy' | 'server', address?: Ipv4): Replay {
  const records = parseRecording(text);
  const requests = records.flatMap(({ line, packet }) =>
    packet.dir === 'client' &&
    packet.payload !== undefined &&
    (packet.dport === DHCP_SERVER_PORT || packet.dport === PXE_BOOT_SERVER_PORT)
      ? [{ line, record: packet, payload: Buffer.from(packet.payload, 'hex') }]
      : [],
  );
  const decoded = requests.flatMap(({ payload, record }) => {
    const packet = tryDecode(payload);
    return packet ? [{ packet, record }] : [];
  });
  const own =
    address ??
    ownAddress(
      mode,
      records.map((one) => one.packet),
      decoded,
    );
  const server = { address: own, httpPort: HTTP_PORT };
  const context = serverContext(
    server,
    decoded.map((one) => one.packet),
  );
  const packets = requests.map(({ line, record, payload }) => {
    const base = { line, t: record.t, port: record.dport };
    try {
      const packet = decodePacket(payload);
      const from = { address: parseIpv4(record.src) ?? (0 as Ipv4), port: record.sport };
      const received = { packet, from, port: record.dport };
      const outcome =
        mode === 'proxy'
          ? answerAsProxy(received, context)
          : answerAsServer(received, context, record.t * 1000);
      return { ...base, request: describePacket(packet), ...described(outcome) };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return { ...base, outcome: error.code, text: error.message, answers: [] };
    }
  });
  return { mode, server: formatIpv4(own), packets };
}

function described({
  kind,
  text,
  reply,
}: Outcome): Pick<ReplayedPacket, 'outcome' | 'text' | 'answers'> {
  const answers = reply
    ? [
        {
          to: reply.to.address,
          port: reply.to.port,
          fromPort: reply.fromPort,
          packet: describePacket(reply.packet),
          hex: hexOf(reply.bytes),
        },
      ]
    : [];
  return { outcome: kind, text, answers };
}

interface DecodedRequest {
  readonly packet: DhcpPacket;
  readonly record: RecordedPacket;
}

/** In proxy mode the host that gave the boot file, in server mode the DHCP server that the client chose. */
function ownAddress(
  mode: 'proxy' | 'server',
  records: readonly RecordedPacket[],
  requests: readonly DecodedRequest[],
): Ipv4 {
  const chosen =
    mode === 'server'
      ? requests
          .filter(({ record }) => record.dport === DHCP_SERVER_PORT)
          .map(({ packet }) => addressOption(packet, OPTION.serverId))
      : [];
  const asked =
    mode === 'proxy'
      ? records
          .filter(({ dir, dport }) => dir === 'client' && dport !== DHCP_SERVER_PORT)
          .map(({ dst }) => parseIpv4(dst))
      : [];
  const offered = records.map((record) => {
    const packet =
      record.dir === 'server' ? tryDecode(Buffer.from(record.payload ?? '', 'hex')) : undefined;
    const isProxy = packet?.yiaddr === 0;
    return packet && isProxy === (mode === 'proxy') ? parseIpv4(record.src) : undefined;
  });
  return [...chosen, ...asked, ...offered].find((address) => address !== undefined) ?? NO_SERVER;
}

/** A lease book in memory, in which each machine has the address reserved that it asks for in the recording. */
function serverContext(
  server: { readonly address: Ipv4; readonly httpPort: number },
  packets: readonly DhcpPacket[],
): LeaseServerContext {
  const reserved = new Map<Mac, Ipv4>();
  for (const packet of packets) {
    const mac = clientMac(packet);
    const wanted = addressOption(packet, OPTION.requestedAddress);
    if (mac !== undefined && wanted !== undefined) reserved.set(mac, wanted);
  }
  const network = ((server.address & 0xffffff00) >>> 0) as Ipv4;
  const database = openDatabase(':memory:', {
    migrations: REGISTRY_MIGRATIONS,
    synchronous: 'FULL',
  });
  const leases = new Leases(new LeaseStore(database), {
    addressOf: (mac) => reserved.get(mac),
    ownersOf: (address) => {
      const owners = [...reserved].filter(([, owned]) => owned === address).map(([mac]) => mac);
      return owners.length > 0 ? owners : undefined;
    },
  });
  return {
    server,
    quirksOf: () => ({}),
    hasFile: () => true,
    leases,
    subnets: [
      {
        network,
        prefix: 24,
        ranges: [{ first: (network + 100) as Ipv4, last: (network + 199) as Ipv4 }],
        router: server.address,
        dns: [server.address],
        leaseSeconds: 3600,
      },
    ],
  };
}

function tryDecode(bytes: Uint8Array): DhcpPacket | undefined {
  try {
    return decodePacket(bytes);
  } catch {
    return undefined;
  }
}
