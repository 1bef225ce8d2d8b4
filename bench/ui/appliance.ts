/** A whole appliance with a simulated cluster, for what the fake one cannot show. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Appliance, startAppliance } from '../../e2e/harness/appliance.ts';
import { waitFor } from '../../e2e/harness/process.ts';
import type { HostList } from '../../wire/http.ts';
import { usageOf } from '../meter.ts';

/** Some of the simulated hosts are dead now and then. */
const ALIVE = 0.95;

export interface DemoAppliance extends Appliance {
  /** CPU seconds of the collector so far, all threads. */
  collectorSeconds(): number;
}

/** @returns once every host is known and has sent for a while */
export async function startDemo(hosts: number): Promise<DemoAppliance> {
  const data = mkdtempSync(join(tmpdir(), 'clustermon-bench-ui-'));
  const appliance = await startAppliance({ args: ['--demo', String(hosts)], data });
  await waitFor(
    'the hosts',
    async () => (await appliance.get<HostList>('/api/hosts')).hosts.length >= hosts * ALIVE,
    120_000,
  );
  const collector = pidOf('collector/main.ts', data);
  return {
    process: appliance.process,
    data,
    url: appliance.url,
    get: (path) => appliance.get(path),
    collectorSeconds: () => usageOf(collector).cpuSeconds,
    async close() {
      await appliance.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function pidOf(script: string, data: string): number {
  const found = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const read = (file: string) => readFileSync(`/proc/${name}/${file}`, 'utf8');
      return read('cmdline').includes(script) && read('environ').includes(data);
    } catch {
      return false; // it ended in between
    }
  });
  if (found === undefined) throw new Error(`no process runs ${script}`);
  return Number(found);
}
