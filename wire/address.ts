/** Text and number forms of MAC and IPv4 addresses. */

/** A MAC address as `52:54:00:aa:00:01`: lower case, colons. */
export type Mac = string & { readonly brand: 'Mac' };

/** An IPv4 address as an unsigned 32-bit number, 10.99.0.2 being 0x0a630002. */
export type Ipv4 = number & { readonly brand: 'Ipv4' };

/** Reads `52:54:00:AA:00:01`, `52-54-00-aa-00-01` or `525400aa0001`; undefined for anything else. */
export function parseMac(text: string): Mac | undefined {
  const match = /^([0-9a-f]{2})([:-]?)(?:[0-9a-f]{2}\2){4}[0-9a-f]{2}$/i.exec(text);
  if (!match) return undefined;
  const digits = text.replaceAll(/[:-]/g, '').toLowerCase();
  return digits.replaceAll(/..(?!$)/g, '$&:') as Mac;
}

/** @param bytes six bytes */
export function formatMac(bytes: Uint8Array): Mac {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':') as Mac;
}

/** The six bytes of a MAC address. */
export function macBytes(mac: Mac): Uint8Array {
  return Uint8Array.from(mac.split(':'), (part) => Number.parseInt(part, 16));
}

/** Reads a dotted quad without leading zeros; undefined for anything else. */
export function parseIpv4(text: string): Ipv4 | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value as Ipv4;
}

/** `10.99.0.2` */
export function formatIpv4(address: Ipv4): string {
  return [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255].join('.');
}

/** The network of an address: its first `prefix` bits, 1 to 32. */
export function networkOf(address: Ipv4, prefix: number): Ipv4 {
  return ((address & (0xffffffff << (32 - prefix))) >>> 0) as Ipv4;
}

/** @param address IPv4 or IPv6 as text @returns true for 224.0.0.0/4 (RFC 5771) and ff00::/8 (RFC 4291 §2.7) */
export function isMulticast(address: string): boolean {
  if (address.includes(':')) return /^ff/i.test(address);
  const first = Number(address.split('.')[0]);
  return first >= 224 && first <= 239;
}
