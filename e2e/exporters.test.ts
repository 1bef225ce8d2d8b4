/** Real peers of the agent: Debian's node_exporter and Nagios plugins become series that queries find. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Appliance, agentPort, startAppliance } from './harness/appliance.ts';
import { startProcess, type TestProcess, waitFor } from './harness/process.ts';

const PLUGINS = '/usr/lib/nagios/plugins';
const exporterPort = agentPort();
let exporter: TestProcess;
let appliance: Appliance;

before(async () => {
  exporter = startProcess('prometheus-node-exporter', [
    `--web.listen-address=127.0.0.1:${exporterPort}`,
  ]);
  const port = agentPort();
  const agent = {
    port,
    exporters: [
      {
        url: `http://127.0.0.1:${exporterPort}/metrics`,
        name: 'peer',
        intervalSeconds: 1,
        exclude: ['go_*'],
      },
    ],
    plugins: [
      `${PLUGINS}/check_load -w 1000 -c 2000`,
      { command: `${PLUGINS}/check_dummy 2 "as told"`, intervalSeconds: 1 },
    ],
  };
  // JSON is YAML.
  const config = JSON.stringify({ agent, collector: { port, webPort: 0 } });
  appliance = await startAppliance({ config });
});
after(async () => {
  await appliance.close();
  await exporter.end();
});

interface Answer {
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; value: [number, string] }[];
  };
}

/** What an instant query gives, once it gives something. */
function query(expr: string) {
  return waitFor(`a result of ${expr}`, async () => {
    const path = `/api/v1/query?query=${encodeURIComponent(expr)}`;
    const { data } = await appliance.get<Answer>(path);
    return data.result.length > 0 && data.result;
  });
}

/** The seconds in which CPU 0 ran programs, as the exporter itself tells. */
async function userSeconds(): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${exporterPort}/metrics`);
  const [, value] =
    /^node_cpu_seconds_total\{cpu="0",mode="user"\} (.+)$/m.exec(await answer.text()) ?? [];
  return Number(value);
}

test('counters of an exporter are cumulative under their own names, and have rates', async () => {
  const selector = `node_cpu_seconds_total{job="peer",instance=~".+:${exporterPort}",cpu="0",mode="user"}`;
  const before = await userSeconds();
  const [counter] = await query(`${selector} >= ${before}`);
  const after = await userSeconds();
  const value = Number(counter?.value[1]);
  assert.ok(before <= value && value <= after, `${before} <= ${value} <= ${after}`);
  // How large it is depends on what else this machine does.
  const [rate] = await query(`rate(${selector}[1m])`);
  assert.ok(Number(rate?.value[1]) >= 0);
});

test('patterns leave metrics out, and the agent tells how the exporter does', async () => {
  const source = `source="peer:${exporterPort}"`;
  const [success] = await query(`source_success{${source}}`);
  assert.equal(success?.value[1], '1');
  const [count] = await query(`exporter_series{${source}}`);
  const [found] = await query('count({job="peer"})');
  assert.ok(Number(count?.value[1]) > 100);
  assert.ok(Number(found?.value[1]) > 100);
  const [none] = await query('absent({job="peer",__name__=~"go_.*"})');
  assert.equal(none?.value[1], '1');
});

test('what the exporter gives is not made from the agent’s own metrics as well', async () => {
  await query('node_load1{job="peer"}');
  const [count] = await query('count(node_load1)');
  assert.equal(count?.value[1], '1');
  const [family] = await query('count(count by (job) (node_memory_MemTotal_bytes))');
  assert.equal(family?.value[1], '1');
});

test('Nagios plugins have a status and values', async () => {
  const [load] = await query('plugin_status{plugin="load"}');
  assert.equal(load?.value[1], '0');
  const loads = await query('plugin_value{plugin="load"}');
  const labels = loads.map(({ metric }) => metric['label']).sort();
  assert.deepEqual(labels, ['load1', 'load15', 'load5']);
  const [limit] = await query('plugin_value_warn{plugin="load",label="load1"}');
  assert.equal(limit?.value[1], '1000');
  const [told] = await query('plugin_status{plugin="dummy"}');
  assert.equal(told?.value[1], '2');
});
