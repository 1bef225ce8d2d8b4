/** Inventory of the hardware by systeminformation. It starts programs and blocks for seconds: only ever in a process of its own. */
import si from 'systeminformation';
import type { Labels } from '../wire/metric.ts';
import { known } from './facts.ts';

/** Memory modules, disks, network cards and boards as facts. CPU, BIOS and system come from the kernel, which is right more often. */
export async function readHardware(): Promise<Labels> {
  const [system, board, modules, disks, interfaces] = await Promise.all([
    si.system(),
    si.baseboard(),
    si.memLayout(),
    si.diskLayout(),
    si.networkInterfaces(),
  ]);
  const facts: Record<string, string | undefined> = {
    'system.vendor': system.manufacturer,
    'system.model': system.model,
    'system.serial': system.serial,
    'system.uuid': system.uuid,
    'board.vendor': board.manufacturer,
    'board.model': board.model,
  };
  // Without dmidecode there is one nameless module, which tells nothing.
  const named = modules.filter(({ bank, type }) => bank !== '' && type !== '');
  for (const [index, { size, type, clockSpeed, manufacturer, partNum }] of named.entries()) {
    const speed = clockSpeed ? `${clockSpeed} MT/s` : '';
    facts[`memory.${index}`] = words(`${size / 2 ** 30} GiB`, type, speed, manufacturer, partNum);
  }
  for (const { device, name, size, type, interfaceType, serialNum } of disks) {
    const gigabytes = `${Math.round(size / 1e9)} GB`;
    const path = device.replace('/dev/', '');
    facts[`disk.${path}`] = words(gigabytes, type, interfaceType, name, serialNum);
  }
  for (const { iface, mac, virtual, speed } of [interfaces].flat()) {
    if (virtual || mac === '' || mac === '00:00:00:00:00:00') continue;
    facts[`nic.${iface}`] = words(mac, speed && speed > 0 ? `${speed} Mbit/s` : '');
  }
  return known(facts);
}

function words(...parts: readonly (string | undefined)[]): string {
  return parts
    .map((part) => part?.trim() ?? '')
    .filter((part) => part !== '')
    .join(' ');
}
