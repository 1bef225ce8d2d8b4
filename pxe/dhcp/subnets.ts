/** The address ranges of the configuration, as the lease server's subnets. Pure. */
import { formatIpv4, type Ipv4, networkOf, parseIpv4 } from '../../wire/address.ts';
import type { NetworkInterface } from './device.ts';
import type { Subnet } from './lease-server.ts';

export interface RangeSetting {
  readonly first: Ipv4;
  readonly last: Ipv4;
  /** Bits of the mask; absent = those of the interface. */
  readonly prefix?: number;
  readonly router?: Ipv4;
}

/** What `parseRange` reads. */
export const RANGE_WANTED =
  '`FIRST-LAST`, for a network behind a relay `FIRST-LAST/BITS router ADDRESS`, such as 10.9.0.50-10.9.0.99/24 router 10.9.0.1';

/** Reads `10.0.0.100-10.0.0.199`, with `/24` and `router 10.0.0.1` where wanted; undefined for anything else. */
export function parseRangeSetting(text: string): RangeSetting | undefined {
  const match = /^([\d.]+)\s*-\s*([\d.]+)(?:\/(\d{1,2}))?(?:\s+router\s+([\d.]+))?$/.exec(
    text.trim(),
  );
  const first = parseIpv4(match?.[1] ?? '');
  const last = parseIpv4(match?.[2] ?? '');
  const router = match?.[4] === undefined ? undefined : parseIpv4(match[4]);
  const prefix = match?.[3] === undefined ? undefined : Number(match[3]);
  if (first === undefined || last === undefined || first > last) return undefined;
  if (match?.[4] !== undefined && router === undefined) return undefined;
  if (prefix !== undefined && (prefix < 8 || prefix > 30)) return undefined;
  if (prefix !== undefined && networkOf(first, prefix) !== networkOf(last, prefix))
    return undefined;
  return {
    first,
    last,
    ...(prefix !== undefined && { prefix }),
    ...(router !== undefined && { router }),
  };
}

/** One subnet per network, with all of its ranges. */
export function subnetsOf(
  ranges: readonly RangeSetting[],
  device: Pick<NetworkInterface, 'address' | 'prefix'>,
  common: Pick<Subnet, 'dns' | 'domain' | 'leaseSeconds'>,
): Subnet[] {
  const subnets = new Map<string, Subnet>();
  for (const { first, last, prefix = device.prefix, router } of ranges) {
    const network = networkOf(first, prefix);
    const key = `${formatIpv4(network)}/${prefix}`;
    const before = subnets.get(key);
    subnets.set(key, {
      ...common,
      network,
      prefix,
      ...(before?.router !== undefined && { router: before.router }),
      ...(router !== undefined && { router }),
      ranges: [...(before?.ranges ?? []), { first, last }],
    });
  }
  return [...subnets.values()];
}
