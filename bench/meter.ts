/** CPU, memory and written bytes of a process, from /proc. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Clock ticks in a second in /proc/PID/stat (getconf CLK_TCK). */
const TICKS = 100;

export interface Usage {
  readonly cpuSeconds: number;
  readonly writtenBytes: number;
  readonly rssBytes: number;
  /** The most since the process began. */
  readonly rssBytesMax: number;
}

/** @param thread counts the CPU of the thread with this name alone */
export function usageOf(pid: number, thread?: string): Usage {
  const stat = readFileSync(
    thread === undefined ? `/proc/${pid}/stat` : threadStat(pid, thread),
    'latin1',
  );
  // Behind the name in brackets: state is field 3, utime 14, stime 15. Source: proc(5)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const io = readFileSync(`/proc/${pid}/io`, 'latin1');
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    writtenBytes: Number(/^write_bytes: (\d+)/m.exec(io)?.[1]),
    rssBytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024,
    rssBytesMax: Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) * 1024,
  };
}

function threadStat(pid: number, name: string): string {
  const tasks = `/proc/${pid}/task`;
  const task = readdirSync(tasks).find(
    (id) => readFileSync(join(tasks, id, 'comm'), 'latin1').trim() === name,
  );
  if (task === undefined) throw new Error(`process ${pid} has no thread ${name}`);
  return join(tasks, task, 'stat');
}

/** Bytes of all files in a folder. */
export function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
