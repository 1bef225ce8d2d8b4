import { emitKeypressEvents, type Key } from 'node:readline';
import type { Client } from '../client.ts';
import { type HostRow, type Order, sorted } from './cluster-view.ts';
import { COLUMNS } from './columns.ts';
import { followCluster } from './live-feed.ts';
import { Screen } from './screen.ts';
import { summaryLine, tableLines } from './table.ts';

/** What the person has chosen. */
interface State {
  readonly order: Order;
  readonly isPaused: boolean;
  readonly filter: string;
  readonly isTyping: boolean;
  readonly firstRow: number;
}

/** One second of the cluster; stays as it is while paused. */
interface Second {
  readonly summary: string;
  readonly rows: readonly HostRow[];
}

const SORT_KEYS: ReadonlyMap<string, string> = new Map([
  ['n', 'name'],
  ['s', 'state'],
  ...COLUMNS.map(({ key, id }) => [key, id] as const),
]);
const RETRY_MS = 2000;

/** Takes the terminal over until `q` or Ctrl-C; a lost connection is tried again. */
export async function runInteractive(client: Client, order: Order): Promise<void> {
  const { stdin, stdout } = process;
  const stop = new AbortController();
  const screen = new Screen(stdout);
  let state: State = { order, isPaused: false, filter: '', isTyping: false, firstRow: 0 };
  let second: Second = { summary: '', rows: [] };
  let notice = `connecting to ${client.url} …`;
  const draw = () => screen.draw(linesOf(second, state, notice));
  const onKey = (text: string | undefined, key: Key) => {
    if (key.name === 'q' && !state.isTyping) stop.abort();
    else if (key.ctrl && key.name === 'c') stop.abort();
    else {
      state = press(state, text ?? '', key);
      draw();
    }
  };
  const onResize = () => {
    screen.clear();
    draw();
  };
  emitKeypressEvents(stdin);
  stdin.setRawMode(true).on('keypress', onKey);
  stdout.on('resize', onResize);
  try {
    draw();
    while (!stop.signal.aborted) {
      await followCluster(client, stop.signal, (view) => {
        notice = '';
        if (state.isPaused) return;
        second = { summary: summaryLine(view), rows: view.rows() };
        draw();
      }).catch(async () => {
        notice = `${client.url} cannot be reached; trying again …`;
        draw();
        await pause(RETRY_MS, stop.signal);
      });
    }
  } finally {
    stdin.setRawMode(false).off('keypress', onKey).pause();
    stdout.off('resize', onResize);
    screen.leave();
  }
}

function press(state: State, text: string, key: Key): State {
  if (state.isTyping) return type(state, text, key);
  const by = SORT_KEYS.get(key.name ?? '');
  if (by !== undefined) return { ...state, order: { by, isReversed: false }, firstRow: 0 };
  if (text === '/') return { ...state, isTyping: true, filter: '' };
  const page = Math.max(1, process.stdout.rows - 4);
  switch (key.name) {
    case 'p':
      return { ...state, isPaused: !state.isPaused };
    case 'r':
      return { ...state, order: { ...state.order, isReversed: !state.order.isReversed } };
    case 'escape':
      return { ...state, filter: '', firstRow: 0 };
    case 'down':
      return { ...state, firstRow: state.firstRow + 1 };
    case 'up':
      return { ...state, firstRow: Math.max(0, state.firstRow - 1) };
    case 'pagedown':
      return { ...state, firstRow: state.firstRow + page };
    case 'pageup':
      return { ...state, firstRow: Math.max(0, state.firstRow - page) };
    case 'home':
      return { ...state, firstRow: 0 };
    default:
      return state;
  }
}

function type(state: State, text: string, key: Key): State {
  switch (key.name) {
    case 'return':
      return { ...state, isTyping: false };
    case 'escape':
      return { ...state, isTyping: false, filter: '' };
    case 'backspace':
      return { ...state, filter: state.filter.slice(0, -1) };
    default:
      return /^[\x20-\x7e]$/.test(text) ? { ...state, filter: state.filter + text } : state;
  }
}

function linesOf(second: Second, state: State, notice: string): string[] {
  const { columns, rows: height } = process.stdout;
  const head = [second.summary, notice, state.isPaused ? 'PAUSED' : '']
    .filter((part) => part !== '')
    .join('  ');
  const foot =
    state.isTyping || state.filter
      ? `/${state.filter}`
      : 'q quit  p pause  / filter  r reverse  sort: n s l c m i o';
  const all = sorted(second.rows, state.order).filter(({ name }) => name.includes(state.filter));
  const room = Math.max(1, height - 3);
  const first = Math.min(state.firstRow, Math.max(0, all.length - room));
  const [title = '', ...body] = tableLines(all.slice(first, first + room), {
    columns,
    order: state.order,
    isStyled: true,
  });
  return [head, title, ...body, foot];
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
