/** The peers of bench/ingest.ts, each behind the same small interface, fed in the way that costs it least. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SIMULATED_METRICS } from './simulated-host.ts';

export interface Peer {
  readonly name: string;
  readonly process: ChildProcess;
  /** Stores one second. @param values host after host */
  write(second: number, values: Float64Array): Promise<void>;
  /** Makes the peer write what it holds in memory. */
  flush(): Promise<void>;
  /** Where its data is, for its size on disk. */
  readonly folder: string;
}

const METRICS = SIMULATED_METRICS.map(({ name }) => name);
const HOSTS_PER_REQUEST = 100;

export async function startVictoriaMetrics(folder: string, port: number): Promise<Peer> {
  const data = join(folder, 'data');
  const child = start('victoria-metrics', [
    `-storageDataPath=${data}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-retentionPeriod=1',
  ]);
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/health`);
  return {
    name: 'VictoriaMetrics',
    process: child,
    folder: data,
    write: (second, values) =>
      inRequests(values, (first, count) =>
        post(`${url}/write?precision=s`, influxLines(values, { first, count, second }), {}),
      ),
    async flush() {
      await fetch(`${url}/internal/force_flush`);
      await sleep(5000); // parts are merged in the background
    },
  };
}

/** One line a host and second with all of its fields: the cheapest input that VictoriaMetrics has. */
function influxLines(
  values: Float64Array,
  { first, count, second }: { first: number; count: number; second: number },
): string {
  let text = '';
  for (let host = first; host < first + count; host += 1) {
    const at = host * METRICS.length;
    const fields = METRICS.map((name, index) => `${name}=${values[at + index]}`);
    text += `m,host=h${host} ${fields.join(',')} ${second}\n`;
  }
  return text;
}

export async function startPrometheus(folder: string, port: number): Promise<Peer> {
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, 'scrape_configs: []\n');
  const data = join(folder, 'data');
  const child = start('prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
    '--web.enable-admin-api',
    '--log.level=warn',
  ]);
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/-/ready`);
  const headers = {
    'content-encoding': 'snappy',
    'content-type': 'application/x-protobuf',
    'x-prometheus-remote-write-version': '0.1.0',
  };
  const templates = new Map<string, RemoteWrite>();
  return {
    name: 'Prometheus',
    process: child,
    // A block as it is written after two hours; the head with its log is larger.
    folder: join(data, 'snapshots'),
    write: (second, values) =>
      inRequests(values, (first, count) => {
        const template = templates.get(`${first}+${count}`) ?? new RemoteWrite(first, count);
        templates.set(`${first}+${count}`, template);
        return post(`${url}/api/v1/write`, template.body(values, second), headers);
      }),
    async flush() {
      await fetch(`${url}/api/v1/admin/tsdb/snapshot`, { method: 'POST' });
    },
  };
}

/** A remote-write request of many series with one sample each: protobuf in a snappy frame without compression. */
class RemoteWrite {
  readonly #bytes: Buffer;
  /** Where the value of each sample is; the time follows it. */
  readonly #places: { readonly at: number; readonly value: number }[] = [];

  constructor(first: number, count: number) {
    const series: Buffer[] = [];
    let at = 0;
    for (let host = first; host < first + count; host += 1) {
      for (const [index, name] of METRICS.entries()) {
        // field 1: labels; field 2: sample { 1: double, 2: int64 ms }
        const labels = Buffer.concat([label('__name__', name), label('host', `h${host}`)]);
        const time = Buffer.concat([Buffer.of(0x10), varint(Date.now())]);
        const sample = field(0x12, Buffer.concat([Buffer.of(0x09), Buffer.alloc(8), time]));
        const whole = field(0x0a, Buffer.concat([labels, sample]));
        at += whole.length;
        this.#places.push({ at: at - time.length - 8, value: host * METRICS.length + index });
        series.push(whole);
      }
    }
    this.#bytes = Buffer.concat(series);
  }

  body(values: Float64Array, second: number): Buffer {
    const time = varint(second * 1000);
    for (const { at, value } of this.#places) {
      this.#bytes.writeDoubleLE(values[value] ?? 0, at);
      time.copy(this.#bytes, at + 9);
    }
    // One literal with four bytes of length. Source: snappy, format_description.txt §2.1
    const head = Buffer.concat([varint(this.#bytes.length), Buffer.of(63 << 2), Buffer.alloc(4)]);
    head.writeUInt32LE(this.#bytes.length - 1, head.length - 4);
    return Buffer.concat([head, this.#bytes]);
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

function field(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), varint(content.length), content]);
}

function label(name: string, value: string): Buffer {
  return field(
    0x0a,
    Buffer.concat([field(0x0a, Buffer.from(name)), field(0x12, Buffer.from(value))]),
  );
}

export async function startRrdcached(
  folder: string,
  { hosts, startS }: { hosts: number; startS: number },
): Promise<Peer> {
  const files = join(folder, 'rrds');
  await createRrds(files, { hosts, startS });
  const path = join(folder, 'rrd.sock');
  const child = start('rrdcached', [
    ...['-g', '-p', join(folder, 'pid'), '-l', `unix:${path}`, '-b', files, '-B'],
    ...['-w', '60', '-z', '60', '-f', '3600', '-t', '2'],
  ]);
  while (!existsSync(path)) await sleep(50);
  const socket = connect(path).setEncoding('latin1');
  await once(socket, 'connect');
  const command = rrdCommands(socket);
  return {
    name: 'rrdcached',
    process: child,
    folder: files,
    async write(second, values) {
      await inRequests(values, async (first, count) => {
        await command('BATCH\n');
        await command(`${rrdUpdates(values, { first, count, second })}.\n`);
      });
    },
    async flush() {
      await command('FLUSHALL\n');
      for (let queue = 1; queue > 0; ) {
        await sleep(1000);
        queue = Number(/QueueLength: (\d+)/.exec(await command('STATS\n'))?.[1] ?? 0);
      }
    },
  };
}

/** A second in archives like ours: 1 h of 1 s, 6 h of 10 s, a day of 1 min, averages only. */
const RRAS = ['RRA:AVERAGE:0.5:1:3600', 'RRA:AVERAGE:0.5:10:2160', 'RRA:AVERAGE:0.5:60:1440'];

async function createRrds(
  files: string,
  { hosts, startS }: { hosts: number; startS: number },
): Promise<void> {
  mkdirSync(files, { recursive: true });
  const template = join(files, 'template');
  const arguments_ = ['create', template, '--start', String(startS - 1), '--step', '1'];
  const child = spawn('rrdtool', [...arguments_, 'DS:sum:GAUGE:8:U:U', ...RRAS]);
  await once(child, 'exit');
  const image = readFileSync(template);
  for (let host = 0; host < hosts; host += 1) {
    mkdirSync(join(files, `h${host}`));
    for (const name of METRICS) writeFileSync(join(files, `h${host}`, `${name}.rrd`), image);
  }
}

function rrdUpdates(
  values: Float64Array,
  { first, count, second }: { first: number; count: number; second: number },
): string {
  let text = '';
  for (let host = first; host < first + count; host += 1) {
    for (const [index, name] of METRICS.entries()) {
      text += `UPDATE h${host}/${name}.rrd ${second}:${values[host * METRICS.length + index]}\n`;
    }
  }
  return text;
}

/** Sends a command and waits for its answer: a line with the number of lines that follow, and those. */
function rrdCommands(socket: Socket): (text: string) => Promise<string> {
  let buffer = '';
  let answered: ((text: string) => void) | undefined;
  socket.on('data', (data) => {
    buffer += String(data);
    const lines = buffer.split('\n');
    const wanted = Math.max(0, Number.parseInt(lines[0] ?? '', 10) || 0) + 1;
    if (lines.length <= wanted) return;
    const text = buffer;
    buffer = '';
    answered?.(text);
  });
  return (text) =>
    new Promise((resolve) => {
      answered = resolve;
      socket.write(text);
    });
}

/** Cuts a second into requests of some hosts each, two at a time. */
async function inRequests(
  values: Float64Array,
  send: (first: number, count: number) => Promise<void>,
): Promise<void> {
  const hosts = values.length / METRICS.length;
  for (let first = 0; first < hosts; first += HOSTS_PER_REQUEST) {
    await send(first, Math.min(HOSTS_PER_REQUEST, hosts - first));
  }
}

async function post(
  url: string,
  body: string | Buffer,
  headers: Record<string, string>,
): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers,
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

function start(command: string, arguments_: readonly string[]): ChildProcess {
  return spawn(command, arguments_, { stdio: 'ignore' });
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // not there yet
    }
    await sleep(100);
  }
  throw new Error(`${url} does not answer`);
}
