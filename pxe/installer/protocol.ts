/**
 * What the installer in a machine's RAM and the appliance say to each other: JSON over HTTP on the boot port, below `/installer/`.
 *
 *     machine                                        appliance
 *     POST /installer/hello      Hello           →   HelloAnswer          name, classes given by people, hash of the config space
 *     GET  /installer/space/<sha256>.tar         →   the config space
 *     POST /installer/classes    FoundClasses    →   204                  the class list on this hardware
 *     GET  /installer/order?mac=…&version=…      →   OrderAnswer          `wait` until approved and its image built; `again`: say hello anew
 *     GET  /installer/image/<id>/manifest | data →   signed manifest, tar.zst (ranges)
 *     POST /installer/report     Report          →   204                  begin, percent, end of each task, log lines
 *     POST /installer/secrets    TicketHolder    →   Secrets              once per ticket
 *     POST /installer/ticket     TicketHolder    →   204                  a ticket that ran out, or whose answer got lost, is good again
 *     POST /installer/done       TicketHolder    →   204                  any number of times
 *
 * The machine asks; nothing is pushed. An order is signed with the appliance's key, whose public half is in the initramfs.
 */
import type { NodeDisk, NodeHardware } from '../../wire/pxe.ts';

/** FAI's tasks in the order of its code, as far as an installation from an image has them. */
export const INSTALL_TASKS = [
  'confdir',
  'setup',
  'defclass',
  'defvar',
  'partition',
  'mountdisks',
  'extrbase',
  'configure',
  'tests',
  'finish',
  'bootloader',
  'secrets',
  'savelog',
] as const;
export type InstallTask = (typeof INSTALL_TASKS)[number];

/** How long a ticket for secrets is good, from the order or its renewal on. */
export const TICKET_MS = 30 * 60_000;
/** Log lines of one report, and the length of one. */
export const REPORT_LINES_MAX = 200;
export const REPORT_LINE_LENGTH_MAX = 2000;

export interface Hello {
  readonly mac: string;
  readonly uuid?: string;
  readonly hardware: NodeHardware;
}

export interface HelloAnswer {
  readonly name: string;
  /** Classes that people or nodes.yaml gave the node, added to those that the config space defines. */
  readonly classes: readonly string[];
  readonly spaceSha256: string;
  /** Names all of this: an order that is asked for with another version is for what the machine is no more. */
  readonly version: string;
}

export interface FoundClasses {
  readonly mac: string;
  /** Lowest priority first. */
  readonly classes: readonly string[];
}

export type OrderAnswer =
  | {
      /** `again`: name, classes or config space have changed, so that the machine starts over from hello. */
      readonly state: 'wait' | 'again';
      /** For the console, such as `waits for approval` or `image 40 %`. */
      readonly why: string;
      readonly askAgainMs: number;
    }
  | { readonly state: 'install'; readonly order: Signed };

/** A JSON document as its exact text, with an Ed25519 signature over that text, both in base64. */
export interface Signed {
  readonly document: string;
  readonly signature: string;
}

/** The document of an order. */
export interface Order {
  readonly node: string;
  readonly mac: string;
  readonly uuid?: string;
  readonly classes: readonly string[];
  readonly spaceSha256: string;
  readonly imageId: string;
  /** machine-id(5) of the new system: an installed node stays the same host when it is installed again. */
  readonly machineId: string;
  /** The disks as they were when the node was approved: the installer writes to no other. */
  readonly disks: readonly NodeDisk[];
  readonly ticket: string;
  readonly expiresMs: number;
  /** The appliance's clock, which the machine takes over. */
  readonly nowMs: number;
}

export interface Report {
  readonly mac: string;
  readonly task: InstallTask;
  readonly event: 'begin' | 'progress' | 'end' | 'failed';
  /** 0 to 100, of this task. */
  readonly percent?: number;
  readonly bytesPerSecond?: number;
  /** FAI's error code of the task at its end; 0 for none. */
  readonly code?: number;
  /** Why it failed, such as `disks-differ: …`. */
  readonly reason?: string;
  readonly lines?: readonly string[];
}

/** Files that only this node has: the key of the agent with the machine id of the order, SSH host keys. Paths are in the new system. */
export interface Secrets {
  readonly files: readonly {
    readonly path: string;
    /** Octal, such as `0600`. */
    readonly mode: string;
    /** base64 */
    readonly content: string;
  }[];
}

export interface TicketHolder {
  readonly mac: string;
  readonly uuid?: string;
  readonly ticket: string;
}
