/** The one WebSocket of the page: what is on screen is asked for, frames come once a second, lost connections come back. */
import { batch, signal } from '@preact/signals';
import type {
  AlertInfo,
  EventInfo,
  HostSummary,
  LiveMessage,
  LiveRequest,
  Problem,
} from '../../wire/http.ts';
import { FrameReader, type LiveWant, mergeWants, sameWants } from '../lib/live-frame.ts';

export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** `retryAtMs`: by the browser's clock. */
  | { readonly kind: 'lost'; readonly retryAtMs: number };

type FrameListener = (frame: FrameReader) => void;

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 15_000;
/** Without a frame for this long the connection is taken for dead: a cut cable says nothing. */
const SILENCE_MS_MAX = 6_000;
/** Frames that wait for the next paint; a page that is held up shows the newest. */
const FRAMES_MAX = 8;
/** What charts ask for within this time goes out as one request. */
const GATHER_MS = 30;

/** Of all hosts, by the collector; empty until the first message. */
export const hosts = signal<readonly HostSummary[]>([]);
export const hostsKnown = signal(false);
export const alerts = signal<readonly AlertInfo[]>([]);
export const problems = signal<readonly Problem[]>([]);
export const liveState = signal<LiveState>({ kind: 'connecting' });
/** Time of the newest frame in seconds, the clock of everything on screen: the browser's own may be wrong. */
export const nowS = signal(Math.floor(Date.now() / 1000));
/** When that frame arrived, by the browser's clock in ms. */
export const frameAtMs = signal(0);
/** Main-thread time of the last tick in ms, without what the browser does for layout and paint. */
export const tickMs = signal(0);
/** Grows with each connection after the first: what was missed in between must be loaded again. */
export const reconnects = signal(0);

/** How long a page waits for the collector's clock before it trusts the browser's. */
const CLOCK_MS_MAX = 2_000;
let clockIsKnown: () => void = () => {};
/** Settles when `nowS` is the collector's time, or when it seems that nobody will tell. */
export const clockReady = new Promise<void>((resolve) => {
  clockIsKnown = resolve;
  setTimeout(resolve, CLOCK_MS_MAX);
});

const wants = new Map<LiveWant, FrameListener>();
const eventListeners = new Set<(event: EventInfo) => void>();
let socket: WebSocket | undefined;
let request: LiveRequest = mergeWants(0, []);
let reader: FrameReader | undefined;
let waiting: ArrayBuffer[] = [];
/** Connections so far, those that failed included. */
let tries = 0;
let failures = 0;
let gather: number | undefined;
let silence: number | undefined;
let retry: number | undefined;

/** Asks for live values until the result is called; `listener` runs once per frame before the paint. */
export function subscribe(want: LiveWant, listener: FrameListener): () => void {
  wants.set(want, listener);
  askSoon();
  return () => {
    wants.delete(want);
    askSoon();
  };
}

export function onEvent(listener: (event: EventInfo) => void): () => void {
  eventListeners.add(listener);
  return () => eventListeners.delete(listener);
}

/** Connects, and from then on follows the visibility of the page: a hidden page costs the collector nothing. */
export function startLive(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) rest();
    else connect();
  });
  addEventListener('online', () => connect());
  if (!document.hidden) connect();
}

function connect(): void {
  clearTimeout(retry);
  if (socket) return;
  tries += 1;
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  socket = new WebSocket(`${scheme}//${location.host}/api/live`);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => ask(true);
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data === 'string') onMessage(JSON.parse(data) as LiveMessage);
    else onFrame(data);
  };
  socket.onclose = () => onLost();
  watchSilence();
}

function disconnect(): void {
  clearTimeout(retry);
  clearTimeout(silence);
  if (!socket) return;
  socket.onclose = null;
  socket.onmessage = null;
  socket.close();
  socket = undefined;
  reader = undefined;
  waiting = [];
}

/** What is not seen needs no values; what was missed is loaded when the page is looked at again. */
function rest(): void {
  disconnect();
  liveState.value = { kind: 'connecting' };
}

function onLost(): void {
  disconnect();
  const delayMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** failures) * (0.75 + Math.random() / 2);
  failures += 1;
  liveState.value = { kind: 'lost', retryAtMs: Date.now() + delayMs };
  retry = setTimeout(connect, delayMs);
}

function watchSilence(): void {
  clearTimeout(silence);
  silence = setTimeout(onLost, SILENCE_MS_MAX);
}

function askSoon(): void {
  if (gather !== undefined) return;
  gather = setTimeout(() => {
    gather = undefined;
    ask(false);
  }, GATHER_MS);
}

function ask(isNewConnection: boolean): void {
  const next = mergeWants(request.id + 1, wants.keys());
  if (!isNewConnection && sameWants(next, request)) return;
  request = next;
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(request));
}

function onMessage(message: LiveMessage): void {
  switch (message.kind) {
    case 'layout':
      if (message.id === request.id) reader = new FrameReader(request, message.hosts);
      break;
    case 'hosts': {
      const changed = new Map(hosts.value.map((host) => [host.id, host]));
      for (const host of message.hosts) changed.set(host.id, host);
      batch(() => {
        hosts.value = [...changed.values()];
        hostsKnown.value = true;
      });
      break;
    }
    case 'hosts-removed':
      hosts.value = hosts.value.filter((host) => !message.ids.includes(host.id));
      break;
    case 'alerts':
      alerts.value = message.alerts;
      break;
    case 'problems':
      problems.value = message.problems;
      break;
    case 'event':
      for (const listener of eventListeners) listener(message.event);
      break;
    case 'error':
      console.warn(`live stream: ${message.message} (${message.code})`);
      break;
  }
}

function onFrame(frame: ArrayBuffer): void {
  watchSilence();
  waiting.push(frame);
  if (waiting.length > FRAMES_MAX) waiting.shift();
  if (waiting.length === 1) requestAnimationFrame(deliver);
}

function deliver(): void {
  const startMs = performance.now();
  const frames = waiting;
  waiting = [];
  for (const frame of frames) {
    if (!reader?.read(frame)) continue;
    const current = reader;
    batch(() => {
      nowS.value = Math.round(current.timeMs / 1000);
      frameAtMs.value = Date.now();
      if (liveState.value.kind !== 'live') onLive();
      for (const listener of wants.values()) listener(current);
    });
  }
  tickMs.value = performance.now() - startMs;
}

function onLive(): void {
  if (tries > 1) reconnects.value += 1;
  failures = 0;
  liveState.value = { kind: 'live' };
  clockIsKnown();
}
