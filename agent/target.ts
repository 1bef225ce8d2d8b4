import { isIP } from 'node:net';

/** An address and UDP port. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

const TARGET = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

/** @returns undefined when `text` is not an IP address with a port: `10.0.0.1:8641`, `[fd00::1]:8641` */
export function parseTarget(text: string): Target | undefined {
  const [, six, four, digits] = TARGET.exec(text) ?? [];
  const address = six ?? four ?? '';
  const port = Number(digits);
  const isAddress = six === undefined ? isIP(address) === 4 : isIP(address) === 6;
  return isAddress && port > 0 && port <= 65_535 ? { address, port } : undefined;
}

export function isTarget(text: string): boolean {
  return parseTarget(text) !== undefined;
}
