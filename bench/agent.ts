/**
 * CPU time and memory of the agent beside gmond, collectd, node_exporter, Netdata and an empty Node process, all at once on this machine.
 *   node bench/agent.ts [seconds]      default 120; peers are installed when run as root
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatTable } from '../cli/output.ts';
import { type Contender, contenders, installPeers } from './agent-peers.ts';

const WARM_SECONDS = 30;
/** CPU is measured in windows of this length, and the median is told: other work on the machine disturbs few of them. */
const WINDOW_SECONDS = 5;

interface Runner extends Contender {
  readonly child: ChildProcess;
  readonly windows: number[];
  cpuSeconds: number;
}

const seconds = Number(process.argv[2] ?? 120);
installPeers();
const folder = mkdtempSync(join(tmpdir(), 'clustermon-bench-agent-'));
const runners = (await contenders(folder)).map(start);
const scraping = setInterval(() => void scrapeAll(), 1000);
try {
  await sleep(WARM_SECONDS * 1000);
  for (const runner of runners) runner.cpuSeconds = cpuSecondsOf(runner.child.pid);
  for (let passed = 0; passed < seconds; passed += WINDOW_SECONDS) {
    await sleep(WINDOW_SECONDS * 1000);
    for (const runner of runners) {
      const now = cpuSecondsOf(runner.child.pid);
      runner.windows.push(((now - runner.cpuSeconds) / WINDOW_SECONDS) * 60);
      runner.cpuSeconds = now;
    }
  }
  process.stdout.write(report());
} finally {
  clearInterval(scraping);
  for (const { child } of runners) child.kill();
  await sleep(500);
  rmSync(folder, { recursive: true, force: true });
}

function start(contender: Contender): Runner {
  const [program = '', ...args] = contender.command;
  const child = spawn(program, args, { stdio: 'ignore' });
  return { ...contender, child, windows: [], cpuSeconds: 0 };
}

async function scrapeAll(): Promise<void> {
  for (const { scrape } of runners) {
    if (scrape !== undefined)
      await fetch(scrape).then(
        (answer) => answer.text(),
        () => '',
      );
  }
}

/** Of all threads: /proc/PID/schedstat counts nanoseconds, not ticks of 10 ms. NaN when the process is gone. */
function cpuSecondsOf(pid: number | undefined): number {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const nanoseconds = tasks.map((task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]),
    );
    return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e9;
  } catch {
    return Number.NaN;
  }
}

function mebibytesOf(pid: number | undefined, file: string, word: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/${file}`, 'latin1');
    return Number(new RegExp(`^${word}:\\s+(\\d+)`, 'm').exec(text)?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

function report(): string {
  const median = (runner: Runner) =>
    [...runner.windows].sort((a, b) => a - b)[runner.windows.length >> 1] ?? Number.NaN;
  const pss = ({ child }: Runner) => mebibytesOf(child.pid, 'smaps_rollup', 'Pss');
  const named = (start: string) => runners.find(({ name }) => name.startsWith(start));
  const gmond = named('gmond, 34');
  const empty = named('empty Node process');
  const rows = runners.map((runner) => [
    runner.name,
    median(runner).toFixed(4),
    gmond ? (median(runner) / median(gmond)).toFixed(2) : undefined,
    pss(runner).toFixed(1),
    empty ? (pss(runner) - pss(empty)).toFixed(1) : undefined,
    mebibytesOf(runner.child.pid, 'status', 'RssAnon').toFixed(1),
  ]);
  const header = ['AGENT', 'CPU S/MIN', '× GMOND', 'PSS MIB', '+ EMPTY', 'ANON MIB'];
  return formatTable(header, rows);
}
