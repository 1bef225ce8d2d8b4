/** Bodies of the API, read field by field: what a person says about a node. Pure. */
import { InputError } from '../../base/errors.ts';
import { formatIpv4, type Mac, parseIpv4, parseMac } from '../../wire/address.ts';
import type { Quirks } from '../../wire/pxe.ts';
import type { Assignment } from './registry.ts';

type Body = Readonly<Record<string, unknown>>;

const FIELDS = ['name', 'classes', 'address', 'rack', 'unit', 'quirks', 'macs'];
const FLAGS = ['noVendorClass', 'noVendorOptions', 'forceHttp', 'secureBoot'] as const;
const CLASSES_MAX = 64;
const RACK_LENGTH_MAX = 64;
const MACS_MAX = 16;

/** @throws InputError `body-invalid` with the field */
export function readAssignment(body: Body): Assignment {
  const strange = Object.keys(body).find((key) => !FIELDS.includes(key));
  if (strange !== undefined)
    throw invalid(strange, `is not a field; known are ${FIELDS.join(', ')}`);
  const { name, classes, address, rack, unit, quirks } = body;
  return {
    ...(name !== undefined && { name: textOf(name, 'name', 253) }),
    ...(classes !== undefined && { classes: textsOf(classes, 'classes', CLASSES_MAX) }),
    ...(address !== undefined && { address: addressOf(address) }),
    ...(rack !== undefined && { rack: textOf(rack, 'rack', RACK_LENGTH_MAX) }),
    ...(unit !== undefined && { unit: numberOf(unit, 'unit') }),
    ...(quirks !== undefined && { quirks: quirksOf(quirks) }),
  };
}

/** @throws InputError `body-invalid` */
export function readMacs(body: Body): Mac[] {
  const texts = textsOf(body['macs'], 'macs', MACS_MAX);
  if (texts.length === 0) throw invalid('macs', 'is to name at least one MAC address');
  const macs = texts.map((text) => {
    const mac = parseMac(text);
    if (mac === undefined)
      throw invalid('macs', `holds ${JSON.stringify(text)}, which is no MAC address`);
    return mac;
  });
  return [...new Set(macs)];
}

function textOf(value: unknown, field: string, lengthMax: number): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= lengthMax) return value;
  throw invalid(field, `is to be a text of 1 to ${lengthMax} characters`);
}

function textsOf(value: unknown, field: string, countMax: number): string[] {
  const isList = Array.isArray(value) && value.length <= countMax;
  if (isList && value.every((one) => typeof one === 'string')) return value;
  throw invalid(field, `is to be a list of at most ${countMax} texts`);
}

function numberOf(value: unknown, field: string): number {
  if (typeof value === 'number') return value;
  throw invalid(field, 'is to be a number');
}

function addressOf(value: unknown): string {
  const address = typeof value === 'string' ? parseIpv4(value) : undefined;
  if (address === undefined) throw invalid('address', 'is to be an IPv4 address');
  return formatIpv4(address);
}

function quirksOf(value: unknown): Quirks {
  if (typeof value !== 'object' || value === null) throw invalid('quirks', 'is to be an object');
  const given = value as Body;
  const strange = Object.keys(given).find(
    (key) => key !== 'tftpBlockSizeMax' && !(FLAGS as readonly string[]).includes(key),
  );
  if (strange !== undefined) {
    throw invalid(
      `quirks.${strange}`,
      `is not known; known are ${FLAGS.join(', ')}, tftpBlockSizeMax`,
    );
  }
  const bytes = given['tftpBlockSizeMax'];
  if (
    bytes !== undefined &&
    !(Number.isInteger(bytes) && Number(bytes) >= 8 && Number(bytes) <= 1468)
  ) {
    throw invalid('quirks.tftpBlockSizeMax', 'is to be a whole number from 8 to 1468');
  }
  const flag = FLAGS.find((name) => given[name] !== undefined && typeof given[name] !== 'boolean');
  if (flag !== undefined) throw invalid(`quirks.${flag}`, 'is to be true or false');
  return given;
}

function invalid(field: string, what: string): InputError {
  return new InputError('body-invalid', `${field} ${what}`, { field });
}
