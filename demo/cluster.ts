/** The simulated cluster: which hosts there are, where they stand, what they are for. */
import type { Labels } from '../wire/metric.ts';
import { hash } from './noise.ts';

export type HostClass = 'WEB' | 'DB' | 'COMPUTE' | 'GPU' | 'STORAGE';

export interface DemoHost {
  readonly index: number;
  readonly name: string;
  readonly seed: number;
  /** Of the rack, shared by its hosts: batch jobs run on whole racks. */
  readonly rackSeed: number;
  readonly class: HostClass;
  readonly labels: Labels;
  readonly cores: number;
  readonly memoryKb: number;
  readonly diskGb: number;
  readonly fault: Fault | undefined;
}

/** What is wrong with a host, now and then. */
export type Fault = 'failing-disk' | 'hot' | 'dies' | 'bad-link' | 'fills-up';

const HOSTS_PER_RACK = 25;

/** Every fifth rack is alike; a rack holds one class, as racks do. */
const RACK_CLASSES: readonly HostClass[] = ['WEB', 'COMPUTE', 'COMPUTE', 'GPU', 'STORAGE', 'DB'];

const HARDWARE: Readonly<Record<HostClass, { cores: number; memoryGb: number; diskGb: number }>> = {
  WEB: { cores: 16, memoryGb: 64, diskGb: 480 },
  DB: { cores: 48, memoryGb: 512, diskGb: 7680 },
  COMPUTE: { cores: 128, memoryGb: 512, diskGb: 960 },
  GPU: { cores: 64, memoryGb: 1024, diskGb: 3840 },
  STORAGE: { cores: 24, memoryGb: 256, diskGb: 96_000 },
};

/** Which host of a hundred has which fault: few enough that the page is mostly calm. */
const FAULTS: ReadonlyMap<number, Fault> = new Map([
  [7, 'failing-disk'],
  [23, 'hot'],
  [41, 'dies'],
  [66, 'bad-link'],
  [88, 'fills-up'],
]);

/**
 * @param count hosts
 * @param seed  another seed, another cluster
 */
export function buildCluster(count: number, seed = 1): DemoHost[] {
  return Array.from({ length: count }, (_, index) => buildHost(index, count, seed));
}

function buildHost(index: number, count: number, seed: number): DemoHost {
  const rack = Math.floor(index / HOSTS_PER_RACK);
  const hostClass = RACK_CLASSES[rack % RACK_CLASSES.length] ?? 'WEB';
  const { cores, memoryGb, diskGb } = HARDWARE[hostClass];
  const digits = Math.max(3, String(count).length);
  return {
    index,
    name: `n${String(index + 1).padStart(digits, '0')}`,
    seed: hash(seed, index),
    rackSeed: hash(seed + 0x5ac4, rack),
    class: hostClass,
    labels: {
      class: hostClass,
      rack: `r${String(rack + 1).padStart(2, '0')}`,
      u: String((index % HOSTS_PER_RACK) + 1),
    },
    cores,
    memoryKb: memoryGb * 1024 * 1024,
    diskGb,
    fault: FAULTS.get(index % 100),
  };
}
