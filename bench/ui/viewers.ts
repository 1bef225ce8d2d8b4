/** What people who watch cost the collector: the overview's live stream, 50 times. */
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import type { LiveRequest } from '../../wire/http.ts';
import { type DemoAppliance, startDemo } from './appliance.ts';
import { print } from './report.ts';

const VIEWERS = 50;
const SETTLE_MS = 10_000;

/** What the overview asks for. */
const REQUEST: LiveRequest = {
  id: 1,
  metrics: ['cpu_idle', 'mem_available', 'mem_total', 'bytes_in', 'bytes_out', 'load_one'],
  series: [],
  bands: ['cpu_user', 'load_one', 'mem_available', 'bytes_in'],
};

export async function viewers(minutes: number): Promise<void> {
  const appliance = await startDemo(200);
  const watching: Viewer[] = [];
  try {
    for (const count of [0, 1, VIEWERS]) {
      while (watching.length < count) watching.push(new Viewer(appliance.url));
      await sleep(SETTLE_MS);
      await measure(appliance, watching, minutes);
    }
  } finally {
    for (const viewer of watching) viewer.close();
    await appliance.close();
  }
}

async function measure(
  appliance: DemoAppliance,
  watching: readonly Viewer[],
  minutes: number,
): Promise<void> {
  const before = { cpu: appliance.collectorSeconds(), atMs: performance.now() };
  for (const viewer of watching) viewer.reset();
  await sleep(minutes * 60_000);
  const seconds = (performance.now() - before.atMs) / 1000;
  const share = ((appliance.collectorSeconds() - before.cpu) / seconds) * 100;
  const frames = watching.map((viewer) => viewer.frames);
  const bytes = watching.reduce((sum, viewer) => sum + viewer.bytes, 0) / seconds;
  const received =
    watching.length === 0
      ? ''
      : `, ${(bytes / 1000).toFixed(1)} kB/s in all, ${Math.min(...frames)} to ${Math.max(...frames)} of ${Math.round(seconds)} frames`;
  print(`collector with ${watching.length} viewers`, `${share.toFixed(1)} % of a core${received}`);
}

class Viewer {
  frames = 0;
  bytes = 0;
  readonly #socket: WebSocket;

  constructor(url: string) {
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}/api/live`);
    this.#socket.on('open', () => this.#socket.send(JSON.stringify(REQUEST)));
    this.#socket.on('message', (data: Buffer, isBinary: boolean) => {
      this.bytes += data.length;
      if (isBinary) this.frames += 1;
    });
  }

  reset(): void {
    this.frames = 0;
    this.bytes = 0;
  }

  close(): void {
    this.#socket.close();
  }
}
