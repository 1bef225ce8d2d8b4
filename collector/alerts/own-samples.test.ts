import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownSamples } from './own-samples.ts';

test('rules see what the collector lost, and machines whose installation stands still', () => {
  const ingest = {
    datagrams: 10,
    samples: 100,
    backfilled: 0,
    rejected: { replay: 2, tag: 3 },
    kernelDrops: 4,
    gaps: 5,
    lagSeconds: { bounds: [], counts: [0], sum: 0 },
  };
  const samples = ownSamples({ ingest }, [{ node: 'n1', heardMs: 60_000 }], 1_000_000);
  assert.deepEqual(
    samples.map(({ labels, value }) => [String(labels), value]),
    [
      ['clustermon_kernel_drops_total', 4],
      ['clustermon_datagrams_total', 10],
      ['clustermon_datagrams_rejected_total', 5],
      ['clustermon_gap_samples', 5],
      ['clustermon_install_idle_seconds{node="n1"}', 940],
    ],
  );
});
