import { InputError } from '../../base/errors.ts';
import { parseMac } from '../../wire/address.ts';

/** What the boot script tells the installer on the kernel's command line. */
export interface BootParameters {
  /** Of the appliance's boot port, such as `http://10.0.0.2:8642`, without a trailing slash. */
  readonly server: string;
  /** Of the interface that this machine booted from. */
  readonly mac: string;
}

/**
 * Reads `clustermon.server=URL clustermon.mac=ADDRESS` from /proc/cmdline.
 * @throws InputError `installer-parameter`
 */
export function parseBootParameters(text: string): BootParameters {
  const value = (name: string) =>
    text
      .trim()
      .split(/\s+/)
      .findLast((word) => word.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  const server = value('clustermon.server')?.replace(/\/+$/, '');
  if (server === undefined || !/^https?:\/\/[^/]/.test(server)) {
    throw new InputError('installer-parameter', `clustermon.server=${server ?? ''} is no URL`);
  }
  const mac = parseMac(value('clustermon.mac') ?? '');
  if (mac === undefined) {
    throw new InputError('installer-parameter', 'clustermon.mac= is missing or no MAC address');
  }
  return { server, mac };
}
