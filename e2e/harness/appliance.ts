/** A whole appliance for a test: `clustermon up` on a data folder and ports of its own. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerFile } from '../../wire/http.ts';
import type { TestHost } from './network.ts';
import { startProcess, type TestProcess, waitFor } from './process.ts';

export const ROOT = join(import.meta.dirname, '..', '..');
export const CLUSTERMON = join(ROOT, 'clustermon');

export interface Appliance {
  readonly process: TestProcess;
  readonly data: string;
  /** http://127.0.0.1:port */
  readonly url: string;
  /** GET of the JSON API, from this machine. */
  get<T>(path: string): Promise<T>;
  close(): Promise<void>;
}

export interface ApplianceOptions {
  /** `up` or `collector`. */
  readonly command?: string;
  readonly args?: readonly string[];
  readonly host?: TestHost;
  /** A data folder to use again; otherwise a new one that `close` removes. */
  readonly data?: string;
  /** YAML, in place of one that has free ports chosen. */
  readonly config?: string;
}

/** Below the ports that Linux gives to whoever asks for any (ip-sysctl, `ip_local_port_range`). */
let nextPort = 20_000 + (process.pid % 12_000);

/** A port of the agents' for one test, so that tests on one machine do not hear each other. */
export function agentPort(): number {
  nextPort += 1;
  return nextPort;
}

export async function startAppliance(options: ApplianceOptions = {}): Promise<Appliance> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'clustermon-e2e-'));
  const port = agentPort();
  const config =
    options.config ?? `agent: {port: ${port}}\ncollector: {port: ${port}, webPort: 0}\n`;
  const file = join(data, 'test-config.yaml');
  mkdirSync(data, { recursive: true });
  writeFileSync(file, config);
  rmSync(join(data, 'server.json'), { force: true });
  const args = ['--config', file, '--data', data, options.command ?? 'up', ...(options.args ?? [])];
  const running = startProcess(CLUSTERMON, args, { host: options.host });
  const server = join(data, 'server.json');
  let end: number | string | undefined;
  void running.ended.then((code) => {
    end = code;
  });
  await waitFor(
    'the collector to write server.json',
    () => existsSync(server) || end !== undefined,
    60_000,
  );
  if (end !== undefined) throw new Error(`clustermon ended with ${end}:\n${running.output()}`);
  // A collector that was started again may have another port.
  const url = () => (JSON.parse(readFileSync(server, 'utf8')) as ServerFile).url;
  return {
    process: running,
    data,
    get url() {
      return url();
    },
    get: async <T>(path: string) => fetchJson<T>(url(), path, options.host),
    async close() {
      await running.end();
      if (options.data === undefined) rmSync(data, { recursive: true, force: true });
    },
  };
}

async function fetchJson<T>(url: string, path: string, host: TestHost | undefined): Promise<T> {
  // Loopback of another namespace cannot be reached from here: curl goes there.
  const text = host
    ? host.run('curl', '-sS', '--fail-with-body', url + path)
    : await fetchText(url + path);
  return JSON.parse(text) as T;
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.text();
}
