import { InputError } from '../../base/errors.ts';
import type {
  GangliaMessage,
  GangliaMetadata,
  GangliaName,
  GangliaValue,
} from '../../wire/ganglia.ts';
import { type Labels, LIMITS } from '../../wire/metric.ts';
import {
  AGE_MS_MAX,
  checkText,
  labelName,
  type Meaning,
  numberOf,
  type ReceivedSample,
  refused,
  type SampleTaker,
  shown,
  UNTOLD,
  upTo,
} from './received-sample.ts';

/** Senders, and those that others speak for. */
const HOSTS_MAX = 2000;
/** Of one host, those without a value yet included. */
const METRICS_MAX = 4000;
/** A host that sends heartbeats, each 20 s, is down after four of them. Source: gmetad/process_xml.c, startElement_HOST */
const SILENCE_MS_MAX = 80_000;
/** gmond prints what is larger as a negative number. */
const SECONDS_MAX = 0x7fff_ffff;

/** Where what Ganglia sends goes to. */
export interface GangliaPorts {
  readonly into: SampleTaker & {
    describe(host: string, facts: Labels): void;
    forget(host: string): void;
    giveWay(host: string, name: string): void;
  };
  /** Asks for the metadata of a metric. @param address of its sender */
  ask(of: GangliaName, address: string): void;
  /** True for hosts for which an agent of ours speaks. */
  hasAgent(name: string): boolean;
}

/** What was received for a host stays under this name when an agent speaks for it. */
export function gangliaName(host: string): string {
  return `${host}-ganglia`;
}

interface KnownMetric {
  metadata: GangliaMetadata | undefined;
  value: number | string | undefined;
  receivedMs: number;
}

interface KnownHost {
  /** As its datagrams say. */
  readonly given: string;
  /** As it is shown. */
  readonly name: string;
  readonly address: string;
  readonly metrics: Map<string, KnownMetric>;
  /** Of any datagram. */
  heardMs: number;
  /** Seconds since the epoch of its gmond's start; undefined = it sends no heartbeats. */
  startedS: number | undefined;
  location: string | undefined;
  isDown: boolean;
}

/**
 * What is known of hosts by Ganglia's datagrams: a value means nothing without the metadata that came before it, or comes when it is asked for. As in
 * gmond a host is known by its address, and the first name heard of it stays.
 */
export class GangliaHosts {
  readonly #ports: GangliaPorts;
  readonly #hosts = new Map<string, KnownHost>();
  readonly #names = new Map<string, KnownHost>();

  constructor(ports: GangliaPorts) {
    this.#ports = ports;
  }

  /** @param address of the sender @throws InputError `inlet-sample`, `inlet-limit` */
  take(message: GangliaMessage, address: string, nowMs: number): void {
    // Another receiver's question: only a gmond can answer it.
    if (message.kind === 'request') return;
    const host = this.#hostOf(message, address, nowMs);
    host.heardMs = nowMs;
    if (host.isDown) this.#resume(host, nowMs);
    const special = message.name.toLowerCase();
    if (special === 'heartbeat') takeHeartbeat(host, message);
    else if (special === 'location') takeLocation(host, message);
    else if (message.kind === 'metadata') this.#takeMetadata(host, message, nowMs);
    else this.#takeValue(host, message, { address, nowMs });
  }

  /** Once a second: tells the facts of hosts, ends those that are silent, and those for which an agent speaks now. */
  tick(nowMs: number): void {
    for (const host of this.#hosts.values()) {
      this.#ports.into.describe(host.name, factsOf(host));
      if (this.#ports.hasAgent(host.given)) {
        this.#ports.into.giveWay(host.name, gangliaName(host.name));
        this.#remove(host);
      } else if (nowMs - host.heardMs > heldMsMax(host)) this.#remove(host);
      else if (!host.isDown && isSilent(host, nowMs)) {
        host.isDown = true;
        this.#ports.into.forget(host.name);
      }
    }
  }

  #remove(host: KnownHost): void {
    this.#hosts.delete(host.address);
    this.#names.delete(host.name);
  }

  #hostOf(message: GangliaName, sender: string, nowMs: number): KnownHost {
    const { address, name: given } = message.isSpoofed
      ? spoofed(message.host)
      : { address: sender, name: message.host };
    const known = this.#hosts.get(address);
    if (known) return known;
    checkText('host', given, LIMITS.hostName);
    if (/\p{Cc}/u.test(given)) throw refused('host', `${shown(given)} is no name`);
    if (this.#ports.hasAgent(given)) {
      throw refused(
        'agent',
        `${given} runs an agent: its values are taken, gmond's are not needed`,
      );
    }
    if (this.#hosts.size >= HOSTS_MAX) {
      throw new InputError(
        'inlet-limit',
        `hosts: Ganglia sends values of ${HOSTS_MAX} hosts already, which is the limit; ${given} is refused`,
        { field: 'hosts' },
      );
    }
    const name = this.#freeName(given, address);
    const host: KnownHost = {
      given,
      name,
      address,
      metrics: new Map(),
      heardMs: nowMs,
      startedS: undefined,
      location: undefined,
      isDown: false,
    };
    this.#hosts.set(address, host);
    this.#names.set(name, host);
    return host;
  }

  /** Two machines of one name are two hosts: their values would be mixed otherwise. One that is silent may have come back with another address. */
  #freeName(given: string, address: string): string {
    const holder = this.#names.get(given);
    if (holder && !holder.isDown) return `${given}@${address}`;
    if (holder) this.#remove(holder);
    return given;
  }

  #metric(host: KnownHost, message: GangliaName): KnownMetric {
    const known = host.metrics.get(message.name);
    if (known) return known;
    checkText('metric', message.name, LIMITS.metricName);
    if (host.metrics.size >= METRICS_MAX) {
      throw new InputError(
        'inlet-limit',
        `series: host ${host.name} has ${METRICS_MAX} already, which is the limit; ${message.name} is refused`,
        { field: 'series' },
      );
    }
    const metric = { metadata: undefined, value: undefined, receivedMs: 0 };
    host.metrics.set(message.name, metric);
    return metric;
  }

  #takeMetadata(host: KnownHost, message: GangliaMetadata, nowMs: number): void {
    const metric = this.#metric(host, message);
    const wasUnknown = metric.metadata === undefined;
    metric.metadata = message;
    if (wasUnknown) this.#give(host, message, metric, nowMs);
  }

  #takeValue(
    host: KnownHost,
    message: GangliaValue,
    { address, nowMs }: { readonly address: string; readonly nowMs: number },
  ): void {
    const metric = this.#metric(host, message);
    metric.value = message.value;
    metric.receivedMs = nowMs;
    if (!metric.metadata) this.#ports.ask(message, address);
    this.#give(host, message, metric, nowMs);
  }

  /** What was held while the host was silent counts again. */
  #resume(host: KnownHost, nowMs: number): void {
    host.isDown = false;
    for (const [name, metric] of host.metrics) {
      this.#give(host, { host: host.name, name, isSpoofed: false }, metric, nowMs);
    }
  }

  /** What is refused is not tried again. */
  #give(host: KnownHost, message: GangliaName, metric: KnownMetric, nowMs: number): void {
    try {
      const sample = sampleOf(host, message, metric, nowMs);
      if (sample) this.#ports.into.take(sample);
    } catch (error) {
      metric.value = undefined;
      throw error;
    }
  }
}

function sampleOf(
  host: KnownHost,
  message: GangliaName,
  metric: KnownMetric,
  nowMs: number,
): ReceivedSample | undefined {
  const { metadata, receivedMs } = metric;
  const holdMs = holdMsOf(metric) - (nowMs - receivedMs);
  const value = knownValue(metric);
  if (value === undefined || holdMs <= 0) return undefined;
  return {
    host: host.name,
    name: nameOf(message),
    labels: {},
    meaning: metadata ? meaningOf(metadata) : UNTOLD,
    value,
    timeMs: undefined,
    holdMs,
  };
}

/** Source: gmond.c, Ganglia_host_get: the first `:` after the first character parts address and name. @throws InputError `inlet-sample` */
function spoofed(text: string): { readonly address: string; readonly name: string } {
  const colon = text.indexOf(':', 1);
  const name = text.slice(colon + 1);
  if (colon < 0 || name === '') throw refused('host', `${shown(text)} is not ADDRESS:NAME`);
  return { address: text.slice(0, colon), name };
}

/** Of a spoofed name the part before the first `:` counts, as in gmond. */
function nameOf({ name, isSpoofed }: GangliaName): string {
  const [first = ''] = name.split(':', 1);
  return labelName(isSpoofed && first !== '' ? first : name);
}

/**
 * gmetric sends each number as text.
 * @returns undefined for text of which it is not known yet whether it is a number
 * @throws InputError `inlet-sample`
 */
function knownValue({ metadata, value }: KnownMetric): number | string | undefined {
  if (value === undefined) return undefined;
  if (!metadata) return typeof value === 'number' ? value : undefined;
  if (metadata.type === 'string') return String(value);
  return typeof value === 'number' ? value : numberOf('value', value.trim());
}

/** A value is known as long as its sender says (DMAX), else for four times the interval that it promises (TMAX). */
function holdMsOf({ metadata }: KnownMetric): number {
  const { tmax = 0, dmax = 0 } = metadata ?? {};
  return dmax > 0 ? dmax * 1000 : Math.max(AGE_MS_MAX, 4 * tmax * 1000);
}

function heldMsMax(host: KnownHost): number {
  let mostMs = AGE_MS_MAX;
  for (const metric of host.metrics.values()) mostMs = Math.max(mostMs, holdMsOf(metric));
  return mostMs;
}

/** Who sends no heartbeats, such as gmetric for another host, ends with its last value. */
function isSilent({ startedS, heardMs }: KnownHost, nowMs: number): boolean {
  return startedS !== undefined && nowMs - heardMs > SILENCE_MS_MAX;
}

function meaningOf({ slope, units, tmax, dmax, extra, name }: GangliaMetadata): Meaning {
  const told = (key: string) => extra.find(([one]) => one === key)?.[1] ?? '';
  const group = upTo(LIMITS.group, told('GROUP'));
  const mayGrow = slope === 'positive' || slope === 'derivative' || slope === 'unspecified';
  return {
    // Ganglia's rate of a counter that may also fall.
    slope: slope === 'derivative' ? 'positive' : slope,
    units: upTo(LIMITS.units, units.trim()),
    description: upTo(LIMITS.description, told('DESC')),
    title: upTo(LIMITS.title, told('TITLE')) || upTo(LIMITS.title, name),
    dmax: Math.min(dmax, SECONDS_MAX),
    ...(group !== '' && { group }),
    // Of what may be a counter the true interval is learned, since rates depend on it.
    ...(!mayGrow && { tmax: Math.max(1, Math.min(tmax, SECONDS_MAX)) }),
  };
}

function takeHeartbeat(host: KnownHost, message: GangliaMessage): void {
  // `gmetric -H` sends text here.
  if (message.kind === 'value') host.startedS = Number(message.value);
}

function takeLocation(host: KnownHost, message: GangliaMessage): void {
  if (message.kind === 'value') host.location = upTo(LIMITS.factValue, String(message.value));
}

function factsOf({ address, startedS, location }: KnownHost): Labels {
  return {
    ganglia_address: upTo(LIMITS.factValue, address),
    ...(startedS && { ganglia_started: String(startedS) }),
    ...(location && { ganglia_location: location }),
  };
}
