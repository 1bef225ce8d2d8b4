/** Networks that a configuration names: `10.0.0.0/8`, `fd00::/8`, or one address. */
import { BlockList, isIP } from 'node:net';

interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

function parseNetwork(text: string): Network | undefined {
  const [address = '', prefixText, ...rest] = text.split('/');
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  const isNumber = prefixText === undefined || /^\d{1,3}$/.test(prefixText);
  const prefix = Number(prefixText ?? bits);
  if (version === 0 || address.includes('%') || !isNumber || prefix > bits || rest.length > 0) {
    return undefined;
  }
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined;
}

/**
 * @param networks texts that `isNetwork` accepts
 * @returns whether an address is in one of them; IPv4 within IPv6 (`::ffff:10.0.0.1`) counts as IPv4
 */
export function networkMatcher(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network) list.addSubnet(network.address, network.prefix, network.family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}
