/** What a simulated host is doing in one second; every metric follows from it. */
import type { DemoHost } from './cluster.ts';
import { happening, random, smoothNoise } from './noise.ts';

export interface Activity {
  host: DemoHost;
  second: number;
  /** Seconds since the simulated boot. */
  uptime: number;
  /** Share of all cores that works, 0 to 1; now, and as it was for the loads. */
  busy: number;
  busyOneMinute: number;
  busyFiveMinutes: number;
  busyFifteenMinutes: number;
  /** Share of the disk's and of the link's capacity that is used. */
  disk: number;
  network: number;
  /** Share of memory that programs hold. */
  memory: number;
  /** 0 to 1: how far a fault has come; 0 on a sound host. */
  fault: number;
}

const DAY = 86_400;
const FAULT_SLOT = { slotSeconds: 1800, chance: 0.8 };

export function emptyActivity(host: DemoHost): Activity {
  return {
    host,
    second: 0,
    uptime: 0,
    busy: 0,
    busyOneMinute: 0,
    busyFiveMinutes: 0,
    busyFifteenMinutes: 0,
    disk: 0,
    network: 0,
    memory: 0,
    fault: 0,
  };
}

/** Fills `into` with what `host` does in `second`. */
export function observe(host: DemoHost, second: number, into: Activity): void {
  into.host = host;
  into.second = second;
  into.uptime = 20 * DAY + (second % (10 * DAY)) + random(host.seed, 1) * DAY;
  into.fault = host.fault === undefined ? 0 : (happening(host.seed + 9, second, FAULT_SLOT) ?? 0);
  into.busy = busyShare(host, second);
  // The kernel computes the loads every five seconds.
  const loadSecond = second - (second % 5);
  into.busyOneMinute = averageBusy(host, loadSecond, 20);
  into.busyFiveMinutes = averageBusy(host, loadSecond - (loadSecond % 30), 100);
  into.busyFifteenMinutes = averageBusy(host, loadSecond - (loadSecond % 60), 300);
  into.disk = diskShare(host, second, into.fault);
  into.network = networkShare(host, second, into.busy);
  into.memory = 0.25 + 0.35 * into.busyFiveMinutes + 0.2 * random(host.seed, 2);
}

/** True while the host is off: a host with the fault `dies` is dead for some minutes now and then, and says nothing. */
export function isDead(host: DemoHost, second: number): boolean {
  return host.fault === 'dies' && happening(host.seed + 9, second, FAULT_SLOT) !== undefined;
}

/** Most of the time a machine does little: 1 at the busiest hour of the day, 0 at night. */
function dayCurve(second: number): number {
  return 0.5 - 0.5 * Math.cos(((second % DAY) / DAY) * 2 * Math.PI - 0.6);
}

function averageBusy(host: DemoHost, second: number, spread: number): number {
  return (
    (busyShare(host, second) +
      busyShare(host, second - spread) +
      busyShare(host, second - 2 * spread)) /
    3
  );
}

function busyShare(host: DemoHost, second: number): number {
  const wobble = smoothNoise(host.seed, second, 7);
  const idle = 0.004 + 0.01 * random(host.seed + 1, second);
  switch (host.class) {
    case 'WEB':
      return clamp(idle + dayCurve(second) * (0.3 + 0.25 * wobble) + burst(host, second) * 0.3);
    case 'DB':
      return clamp(idle + 0.1 + dayCurve(second) * 0.25 + 0.1 * wobble + burst(host, second) * 0.2);
    case 'COMPUTE': {
      const job = happening(host.rackSeed, second, { slotSeconds: 2400, chance: 0.75 });
      return job === undefined ? idle : clamp(0.93 + 0.06 * wobble);
    }
    case 'GPU': {
      const job = happening(host.seed + 2, second, { slotSeconds: 3600, chance: 0.6 });
      return job === undefined ? idle : clamp(0.35 + 0.2 * wobble);
    }
    case 'STORAGE':
      return clamp(idle + 0.05 + 0.15 * smoothNoise(host.rackSeed, second, 45));
  }
}

/** Short bursts of 5 to 65 seconds. */
function burst(host: DemoHost, second: number): number {
  return happening(host.seed + 3, second, { slotSeconds: 130, chance: 0.25 }) === undefined ? 0 : 1;
}

function diskShare(host: DemoHost, second: number, fault: number): number {
  const base = host.class === 'STORAGE' || host.class === 'DB' ? 0.25 : 0.01;
  const flush =
    happening(host.seed + 4, second, { slotSeconds: 60, chance: 0.5 }) === undefined ? 0 : 0.2;
  const failing = host.fault === 'failing-disk' && fault > 0 ? 0.6 : 0;
  return clamp(base * smoothNoise(host.seed + 5, second, 11) * 2 + flush * base * 2 + failing);
}

function networkShare(host: DemoHost, second: number, busy: number): number {
  const weight = host.class === 'WEB' || host.class === 'STORAGE' ? 0.5 : 0.08;
  return clamp(0.0005 + busy * weight * (0.7 + 0.6 * smoothNoise(host.seed + 6, second, 5)));
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
