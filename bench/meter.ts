/** CPU, memory and written bytes of a process, from /proc. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Clock ticks in a second in /proc/PID/stat (getconf CLK_TCK). */
const TICKS = 100;

export interface Usage {
  readonly cpuSeconds: number;
  readonly writtenBytes: number;
  readonly rssBytes: number;
}

export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // Behind the name in brackets: state is field 3, utime 14, stime 15. Source: proc(5)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const io = readFileSync(`/proc/${pid}/io`, 'latin1');
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    writtenBytes: Number(/^write_bytes: (\d+)/m.exec(io)?.[1]),
    rssBytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024,
  };
}

/** Bytes of all files in a folder. */
export function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
