/**
 * A seeded host whose values move as those of real machines do: CPU shares in whole jiffies, load averages that move every five seconds,
 * memory in pages, bursts of network and disk, counters, slow sensors, constants. 48 % of the values change each second. The same
 * seed and host always give the same values, so that all peers in a benchmark store the same.
 */
import type { Metric, ValueType } from '../wire/metric.ts';

/** Name and type of each value, in the order of `step`. */
const DEFINITIONS: readonly (readonly [name: string, type: ValueType, units: string])[] = [
  ['cpu_user', 'float', '%'],
  ['cpu_nice', 'float', '%'],
  ['cpu_system', 'float', '%'],
  ['cpu_idle', 'float', '%'],
  ['cpu_wio', 'float', '%'],
  ['cpu_steal', 'float', '%'],
  ['cpu_sintr', 'float', '%'],
  ['load_one', 'float', ''],
  ['load_five', 'float', ''],
  ['load_fifteen', 'float', ''],
  ['proc_run', 'uint', ''],
  ['proc_total', 'uint', ''],
  ['mem_total', 'double', 'KB'],
  ['mem_free', 'double', 'KB'],
  ['mem_cached', 'double', 'KB'],
  ['mem_buffers', 'double', 'KB'],
  ['mem_shared', 'double', 'KB'],
  ['mem_available', 'double', 'KB'],
  ['swap_total', 'double', 'KB'],
  ['swap_free', 'double', 'KB'],
  ['bytes_in', 'double', 'bytes/sec'],
  ['bytes_out', 'double', 'bytes/sec'],
  ['pkts_in', 'double', 'packets/sec'],
  ['pkts_out', 'double', 'packets/sec'],
  ['net_errors', 'uint', ''],
  ['disk_read_bytes', 'double', 'bytes/sec'],
  ['disk_write_bytes', 'double', 'bytes/sec'],
  ['disk_reads', 'double', '/sec'],
  ['disk_writes', 'double', '/sec'],
  ['disk_util', 'float', '%'],
  ['disk_queue', 'float', ''],
  ['disk_total', 'double', 'GB'],
  ['disk_free', 'double', 'GB'],
  ['context_switches', 'double', '/sec'],
  ['interrupts', 'double', '/sec'],
  ['softirqs', 'double', '/sec'],
  ['forks', 'double', '/sec'],
  ['tcp_established', 'uint', ''],
  ['tcp_retransmits', 'double', '/sec'],
  ['udp_in', 'double', '/sec'],
  ['sockets', 'uint', ''],
  ['rx_total', 'double', 'bytes'],
  ['tx_total', 'double', 'bytes'],
  ['written_total', 'double', 'bytes'],
  ['context_switches_total', 'double', ''],
  ['uptime', 'uint', 's'],
  ['temp_cpu', 'float', 'C'],
  ['fan_rpm', 'float', 'rpm'],
  ['power_w', 'float', 'W'],
  ['cpu_speed', 'uint', 'MHz'],
];

export const SIMULATED_METRICS: readonly Metric[] = DEFINITIONS.map(([name, type, units]) => ({
  name,
  type,
  units,
  slope: 'both',
  tmax: 60,
  dmax: 0,
  group: 'bench',
  title: name,
  description: '',
  labels: {},
}));

/** Jiffies in a second of one CPU. */
const HZ = 100;
const BLOCK = 4096;

export class SimulatedHost {
  readonly #id: number;
  readonly #cpus: number;
  readonly #base: number;
  readonly #memoryTotal: number;
  readonly #swapTotal: number;
  readonly #network: number;
  readonly #diskTotal: number;
  readonly #hasFixedClock: boolean;
  #state: number;
  #seconds = 0;
  #level: number;
  #burst = 0;
  #free: number;
  #cached: number;
  #buffers: number;
  #shared: number;
  readonly #loads: [number, number, number];
  #processes: number;
  #diskFree: number;
  #connections: number;
  #sockets: number;
  #received: number;
  #sent: number;
  #written: number;
  #switches: number;
  #uptime: number;
  #temperature: number;
  #power: number;

  constructor(id: number, seed: number) {
    this.#state = (Math.imul(id + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)) >>> 0;
    const random = () => this.#random();
    for (let index = 0; index < 8; index += 1) random();
    this.#id = id;
    this.#cpus = 4 << Math.floor(random() * 4);
    const kind = random();
    if (kind < 0.6) this.#base = 0.03 + 0.05 * random();
    else this.#base = kind < 0.9 ? 0.2 + 0.3 * random() : 0.7 + 0.25 * random();
    this.#level = this.#base;
    this.#memoryTotal = this.#cpus * 4 * 1048576 - Math.floor(random() * 300000);
    this.#cached = this.#memoryTotal * (0.2 + 0.3 * random());
    this.#free = this.#memoryTotal * (0.1 + 0.3 * random());
    this.#buffers = 100000 + 300000 * random();
    this.#shared = 20000 + 80000 * random();
    this.#swapTotal = random() < 0.5 ? 0 : 8388604;
    const load = this.#base * this.#cpus;
    this.#loads = [load, load, load];
    this.#processes = 180 + Math.floor(random() * 400);
    this.#network = 2000 + 40000 * random() * (this.#base * 10);
    this.#diskTotal = [100, 250, 1000, 4000][Math.floor(random() * 4)] ?? 100;
    this.#diskFree = this.#diskTotal * (0.2 + 0.6 * random());
    this.#connections = 20 + Math.floor(random() * 300);
    this.#sockets = this.#connections + 150;
    this.#received = Math.floor(1e9 + 1e12 * random());
    this.#sent = Math.floor(1e9 + 1e12 * random());
    this.#written = Math.floor(1e9 + 1e12 * random());
    this.#switches = Math.floor(1e9 + 1e10 * random());
    this.#uptime = 1000 + Math.floor(random() * 8e6);
    this.#temperature = 38 + 20 * this.#base;
    this.#power = 60 + 120 * this.#base;
    this.#hasFixedClock = random() < 0.7;
  }

  /** mulberry32: from 0 to 1, 1 excluded. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** Roughly normal around 0, standard deviation about 0.58. */
  #noise(): number {
    return this.#random() + this.#random() + this.#random() + this.#random() - 2;
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  /** Moves on by one second and writes the 50 values. */
  step(out: Float64Array): void {
    this.#seconds += 1;
    this.#uptime += 1;
    this.#moveLevel();
    const disk = this.#disk();
    const waitBlocks = disk.writtenBlocks + disk.readBlocks;
    this.#cpu(out, waitBlocks);
    this.#loadsAndProcesses(out);
    this.#memory(out, disk.writtenBlocks);
    const packets = this.#networkTraffic(out);
    this.#diskValues(out, disk);
    this.#system(out, packets);
    this.#counters(out, disk.writtenBlocks);
    this.#sensors(out);
  }

  #moveLevel(): void {
    if (this.#burst > 0) this.#burst -= 1;
    else if (this.#chance(0.004)) this.#burst = 5 + Math.floor(this.#random() * 60);
    const wave = 1 + 0.3 * Math.sin(this.#seconds / 300 + this.#id);
    const target = Math.min(0.98, this.#base * wave + (this.#burst > 0 ? 0.25 : 0));
    this.#level += 0.3 * (target - this.#level);
  }

  #disk(): { writtenBlocks: number; readBlocks: number } {
    const blocks = (mean: number) => Math.ceil(-Math.log(1 - this.#random() * 0.999) * mean);
    const writtenBlocks = this.#chance(0.25 + this.#base) ? blocks(4 + 60 * this.#base) : 0;
    const readBlocks = this.#chance(0.08 + this.#base * 0.3) ? blocks(12) : 0;
    return { writtenBlocks, readBlocks };
  }

  #cpu(out: Float64Array, waitBlocks: number): void {
    const jiffies = HZ * this.#cpus;
    const spread = 0.03 * this.#noise() * Math.sqrt(this.#level + 0.02);
    const busy = Math.min(jiffies, Math.max(0, Math.round(jiffies * (this.#level + spread))));
    const system = Math.round(busy * (0.18 + 0.06 * this.#random()));
    const softirq = this.#chance(0.4) ? Math.round(busy * 0.02) : 0;
    const nice = this.#id % 10 === 0 && this.#chance(0.2) ? 1 : 0;
    const user = Math.max(0, busy - system - softirq - nice);
    const wait = waitBlocks > 40 ? Math.min(jiffies - busy, Math.round(waitBlocks / 20)) : 0;
    const steal = this.#chance(0.03) ? 1 : 0;
    const idle = Math.max(0, jiffies - busy - wait - steal);
    const shares = [user, nice, system, idle, wait, steal, softirq];
    for (const [index, share] of shares.entries()) {
      out[index] = Math.round((share * 1000) / jiffies) / 10;
    }
  }

  #loadsAndProcesses(out: Float64Array): void {
    const running = Math.max(0, Math.round(this.#level * this.#cpus + this.#noise()));
    const weights = [0.08, 0.0165, 0.0055];
    for (const [index, weight] of weights.entries()) {
      const load = this.#loads[index] ?? 0;
      if (this.#seconds % 5 === 1) this.#loads[index] = load + (running - load) * weight;
      out[7 + index] = Math.round((this.#loads[index] ?? 0) * 100) / 100;
    }
    if (this.#chance(0.3)) {
      this.#processes = Math.max(120, this.#processes + Math.round(this.#noise() * 2));
    }
    out[10] = running;
    out[11] = this.#processes;
  }

  #memory(out: Float64Array, writtenBlocks: number): void {
    if (this.#chance(0.7)) {
      const free = this.#free + this.#noise() * 2000 * (1 + 20 * this.#level);
      this.#free = Math.max(this.#memoryTotal * 0.03, Math.min(this.#memoryTotal * 0.6, free));
    }
    if (this.#chance(0.4)) this.#cached += writtenBlocks * 4 + this.#noise() * 200;
    if (this.#chance(0.15)) this.#buffers += 4 * Math.floor(this.#random() * 6);
    if (this.#chance(0.05)) this.#shared += this.#noise() * 400;
    const pages = (kilobytes: number) => Math.round(kilobytes / 4) * 4;
    const free = pages(this.#free);
    const cached = pages(this.#cached);
    out[12] = this.#memoryTotal;
    out[13] = free;
    out[14] = cached;
    out[15] = pages(this.#buffers);
    out[16] = pages(this.#shared);
    out[17] = free + pages(cached * 0.9);
    out[18] = this.#swapTotal;
    out[19] = this.#swapTotal;
  }

  #networkTraffic(out: Float64Array): number {
    const burst = this.#burst > 0 ? 4 : 1;
    const packetsIn = Math.round((this.#network / 400) * (0.5 + this.#random()) * burst) + 2;
    const packetsOut = Math.round(packetsIn * (0.6 + 0.3 * this.#random()));
    out[20] = packetsIn * 90 + Math.floor(this.#random() * 900 * (1 + packetsIn / 50));
    out[21] = packetsOut * 80 + Math.floor(this.#random() * 1400 * (1 + packetsOut / 40));
    out[22] = packetsIn;
    out[23] = packetsOut;
    out[24] = 0;
    return packetsIn;
  }

  #diskValues(
    out: Float64Array,
    { writtenBlocks, readBlocks }: { writtenBlocks: number; readBlocks: number },
  ): void {
    const writes = Math.ceil(writtenBlocks / 6);
    const reads = Math.ceil(readBlocks / 3);
    const busy = (writes * 0.9 + reads * 1.3) * (0.6 + this.#random());
    if (this.#seconds % 10 === 3) this.#diskFree -= (writtenBlocks * BLOCK) / 1e9;
    out[25] = readBlocks * BLOCK;
    out[26] = writtenBlocks * BLOCK;
    out[27] = reads;
    out[28] = writes;
    out[29] = Math.round(Math.min(100, busy) * 10) / 10;
    out[30] = writes > 8 ? Math.round(writes * 0.1) : 0;
    out[31] = this.#diskTotal;
    out[32] = Math.round(this.#diskFree * 1000) / 1000;
  }

  #system(out: Float64Array, packets: number): void {
    const rate = (600 + 9000 * this.#level * this.#cpus) * (0.85 + 0.3 * this.#random());
    const switches = Math.round(rate);
    const interrupts = Math.round(switches * (0.5 + 0.1 * this.#random()));
    if (this.#chance(0.4)) {
      this.#connections = Math.max(4, this.#connections + Math.round(this.#noise() * 2));
    }
    if (this.#chance(0.2)) {
      this.#sockets = this.#connections + 140 + Math.floor(this.#random() * 10);
    }
    out[33] = switches;
    out[34] = interrupts;
    out[35] = Math.round(interrupts * 0.4 + packets);
    out[36] = this.#chance(0.2) ? Math.floor(1 + this.#random() * 6) : 0;
    out[37] = this.#connections;
    out[38] = this.#chance(0.05) ? 1 + Math.floor(this.#random() * 3) : 0;
    out[39] = Math.round(packets * 0.05 + this.#random() * 3);
    out[40] = this.#sockets;
    this.#switches += switches;
  }

  #counters(out: Float64Array, writtenBlocks: number): void {
    this.#received += out[20] ?? 0;
    this.#sent += out[21] ?? 0;
    this.#written += writtenBlocks * BLOCK;
    out[41] = this.#received;
    out[42] = this.#sent;
    out[43] = this.#written;
    out[44] = this.#switches;
    out[45] = this.#uptime;
  }

  #sensors(out: Float64Array): void {
    const warm = 38 + 35 * this.#level;
    this.#temperature += 0.05 * (warm - this.#temperature) + 0.2 * this.#noise();
    this.#power += 0.3 * (60 + 140 * this.#level - this.#power) + this.#noise();
    out[46] = Math.round(this.#temperature);
    out[47] = Math.round((2400 + 40 * (this.#temperature - 38)) / 30) * 30;
    out[48] = Math.round(this.#power * 10) / 10;
    out[49] = this.#hasFixedClock ? 2600 : 1200 + Math.round(this.#random() * 24) * 100;
  }
}
