import { InputError } from '../../../base/errors.ts';
import { partitionPath } from './device.ts';
import type { DiskLayout, ExistingPartition, PlannedPartition } from './layout.ts';
import { byteRange } from './size.ts';

const MIB = 1024 * 1024;
/** Where the first partition starts. */
const FIRST_START = MIB;
/** Sectors that the second GPT takes at the end of the disk. */
const GPT_TAIL_SECTORS = 33;
/** Sectors that the link of a logical partition takes in front of it. */
const LOGICAL_LINK_SECTORS = 2;
const MSDOS_PARTITION_MAX = 2 * 1024 ** 4;
const BIOS_GRUB_BYTES = MIB;

/** Where a partition lies, in bytes of the disk; `end` is inclusive. */
export interface Extent {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Computes where each partition of one disk lies.
 * @returns extents by number, the extended and the gpt-bios partition included
 * @throws InputError `disk-space`, `disk-range`, `disk-align`, `disk-msdos-limit`, `disk-preserve`, with line, need and limit
 * Source: setup-storage, Sizes.pm (compute_partition_sizes): logical partitions first, then the extended one around them; ranges share what
 * is left in proportion to their span, one after the other.
 */
export function placePartitions(
  layout: DiskLayout,
  ramBytes: number | undefined,
): readonly Extent[] {
  return new Placement(layout, ramBytes).run();
}

/** Number of the bios_grub partition that a `gpt-bios` label adds, after the others. */
export function biosGrubNumber(layout: DiskLayout): number | undefined {
  if (layout.label !== 'gpt-bios' || !layout.partitioned) return undefined;
  return (layout.partitions.at(-1)?.number ?? 0) + 1;
}

class Placement {
  readonly #layout: DiskLayout;
  readonly #ramBytes: number | undefined;
  readonly #align: number;
  readonly #lastByte: number;
  readonly #placed = new Map<number, Extent>();
  #next = FIRST_START;
  #available: number;

  constructor(layout: DiskLayout, ramBytes: number | undefined) {
    const { disk, label, alignBytes } = layout;
    this.#layout = layout;
    this.#ramBytes = ramBytes;
    this.#align = alignBytes;
    const tail = label === 'msdos' ? 0 : GPT_TAIL_SECTORS * disk.sectorBytes;
    this.#lastByte = disk.sizeBytes - 1 - tail;
    const first = layout.partitions.find((one) => one.number === 1);
    if (first?.preserve) this.#next = this.#existing(first).start;
    const grub = biosGrubNumber(layout);
    if (grub !== undefined) this.#placeBiosGrub(grub, first?.preserve === true);
    this.#available = this.#lastByte + 1 - this.#next;
  }

  run(): readonly Extent[] {
    const { disk, partitions } = this.#layout;
    const line = partitions[0]?.line ?? 0;
    if (this.#align <= 0 || this.#align % disk.sectorBytes !== 0) {
      const text = `alignment of ${this.#align} bytes is no multiple of the sector size`;
      fail('disk-align', `${text} of ${disk.path} (${disk.sectorBytes} bytes)`, line);
    }
    const queue = workOrder(partitions);
    while (queue.length > 0) {
      const part = queue[0] as PlannedPartition;
      if (part.type === 'extended') this.#placeExtended(part);
      else if (part.preserve) this.#placePreserved(part);
      else this.#place(part, queue);
      queue.shift();
    }
    if (this.#next > this.#lastByte + 1) {
      const text = `${disk.path} is too small: ${this.#next} bytes are needed, there are`;
      fail('disk-space', `${text} ${this.#lastByte + 1}`, partitions.at(-1)?.line ?? line);
    }
    return [...this.#placed.values()].toSorted((a, b) => a.number - b.number);
  }

  #placeBiosGrub(number: number, beforePreserved: boolean): void {
    const start = beforePreserved ? this.#next - BIOS_GRUB_BYTES : this.#next;
    const { disk, partitions } = this.#layout;
    if (beforePreserved && start <= 63 * disk.sectorBytes) {
      fail('disk-space', 'no room for the gpt-bios partition', partitions[0]?.line ?? 0);
    }
    this.#set(number, start, start + BIOS_GRUB_BYTES - 1);
    if (!beforePreserved) this.#next += BIOS_GRUB_BYTES;
  }

  #placePreserved(part: PlannedPartition): void {
    const now = this.#existing(part);
    if (this.#next > now.start && !this.#layout.untouched) {
      const device = this.#device(part);
      fail(
        'disk-space',
        `the partitions before ${device} reach into it at ${now.start}`,
        part.line,
      );
    }
    this.#set(part.number, now.start, now.end);
    this.#next = now.end + 1;
  }

  #placeExtended(part: PlannedPartition): void {
    const inside = [...this.#placed.values()]
      .filter((one) => one.number > 4)
      .toSorted((a, b) => a.number - b.number);
    const [first, last] = [inside[0], inside.at(-1)];
    if (first && last) this.#set(part.number, first.start - this.#linkBytes(), last.end);
  }

  #place(part: PlannedPartition, queue: readonly PlannedPartition[]): void {
    const { label, disk } = this.#layout;
    if (part.type === 'logical') this.#next += LOGICAL_LINK_SECTORS * disk.sectorBytes;
    this.#next = this.#startOf(part);
    if (part.number === 1) this.#available = this.#lastByte + 1 - this.#next;
    const { min, max } = this.#range(part);
    const wanted = min === max ? min : this.#share(part, queue);
    const start = this.#next;
    const aligned = start + wanted - ((start + wanted) % this.#align);
    if (aligned <= start) {
      fail(
        'disk-space',
        `${this.#device(part)} has no room: ${wanted} bytes after alignment`,
        part.line,
      );
    }
    if (label === 'msdos' && aligned - start > MSDOS_PARTITION_MAX) {
      const text = `${this.#device(part)} has ${aligned - start} bytes; an msdos label ends at`;
      fail('disk-msdos-limit', `${text} 2 TiB: use disklabel:gpt or gpt-bios`, part.line);
    }
    this.#set(part.number, start, aligned - 1);
    this.#next = aligned;
  }

  #startOf(part: PlannedPartition): number {
    const now = this.#layout.disk.partitions.find((one) => one.number === part.number);
    // NTFS cannot be moved.
    if (part.resize && now?.filesystem === 'ntfs') {
      if (this.#next > now.start) {
        fail(
          'disk-space',
          `${this.#device(part)} (ntfs) cannot be moved behind ${now.start}`,
          part.line,
        );
      }
      return now.start;
    }
    return Math.ceil(this.#next / this.#align) * this.#align;
  }

  /** The part of the free space up to the next partition that stays, shared with the partitions until there. */
  #share(part: PlannedPartition, queue: readonly PlannedPartition[]): number {
    const { min, max } = this.#range(part);
    const until = queue.findIndex((one) => this.#stays(one));
    const sharing = (until < 0 ? queue : queue.slice(0, until)).filter(
      (one) => one.type !== 'extended',
    );
    const free = this.#freeUntil(queue[until]);
    let minSum = 0;
    let maxSum = 0;
    for (const one of sharing) {
      const range = this.#range(one);
      const link = one.type === 'logical' && one !== part ? this.#linkBytes() : 0;
      minSum += range.min + link;
      maxSum += range.max + link;
    }
    const grub = biosGrubNumber(this.#layout);
    // setup-storage counts the bios_grub partition among those to come.
    if (grub !== undefined && until < 0) {
      minSum += BIOS_GRUB_BYTES;
      maxSum += BIOS_GRUB_BYTES;
    }
    if (free < minSum) {
      const text = `${this.#device(part)} and those after it need ${minSum} bytes, but ${Math.max(0, free)}`;
      fail('disk-space', `${text} are left: make them smaller or use a larger disk`, part.line);
    }
    if (maxSum <= free) return max;
    return Math.floor((max - min) * ((free - minSum) / (maxSum - minSum))) + min;
  }

  #freeUntil(next: PlannedPartition | undefined): number {
    const { disk } = this.#layout;
    if (!next) return this.#lastByte - this.#next + 1;
    const link = next.type === 'logical' ? LOGICAL_LINK_SECTORS * disk.sectorBytes : 0;
    return this.#existing(next).start - link - this.#next + 1;
  }

  #stays(part: PlannedPartition): boolean {
    if (part.preserve) return true;
    return part.resize && this.#existing(part).filesystem === 'ntfs';
  }

  #linkBytes(): number {
    return Math.max(LOGICAL_LINK_SECTORS * this.#layout.disk.sectorBytes, this.#align);
  }

  #range(part: PlannedPartition): { min: number; max: number } {
    const space = { available: this.#available, ramBytes: this.#ramBytes };
    return byteRange(part.size, space, part.line);
  }

  #existing(part: PlannedPartition): ExistingPartition {
    const now = this.#layout.disk.partitions.find((one) => one.number === part.number);
    return now ?? fail('disk-preserve', `${this.#device(part)} does not exist`, part.line);
  }

  #device(part: PlannedPartition): string {
    return partitionPath(this.#layout.disk.path, part.number);
  }

  #set(number: number, start: number, end: number): void {
    this.#placed.set(number, { number, start, end });
  }
}

/** By number, but with an extended partition the logical ones come before it, then the primaries from it on. */
function workOrder(partitions: readonly PlannedPartition[]): PlannedPartition[] {
  const at = partitions.findIndex((one) => one.type === 'extended');
  if (at < 0) return [...partitions];
  const rest = partitions.slice(at);
  return [
    ...partitions.slice(0, at),
    ...rest.filter((one) => one.type === 'logical'),
    ...rest.filter((one) => one.type !== 'logical'),
  ];
}

function fail(code: string, message: string, line: number): never {
  throw new InputError(code, message, { line });
}
