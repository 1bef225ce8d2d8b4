/** Somebody sets the clock of the collector's machine while it runs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SimulatedAgent, testMetric } from './testing/simulated-agent.ts';
import { SimulatedCluster } from './testing/simulated-cluster.ts';

const SEED = 20_261_121;
const METRICS = [testMetric('load_one')];
const YEAR_SECONDS = 365 * 86_400;

const cases = [
  { name: 'an hour back', seconds: -3600, settleSeconds: 2 },
  { name: 'three seconds back', seconds: -3, settleSeconds: 2 },
  // A pause of the machine looks the same: it takes a minute or two to tell.
  { name: 'a minute ahead', seconds: 60, settleSeconds: 122 },
  { name: 'forty years ahead', seconds: 40 * YEAR_SECONDS, settleSeconds: 2 },
];
for (const { name, seconds, settleSeconds } of cases) {
  test(`${name}: values go on at the new time, those before stay`, () => {
    const cluster = new SimulatedCluster({ seed: SEED });
    try {
      cluster.startCollector();
      const agent = cluster.addAgent({ name: 'a', metrics: METRICS });
      let isOn = true;
      cluster.run(agent, () => isOn);
      const beganS = cluster.second + 2;
      // Half a second after each sampling all of it has arrived.
      cluster.runSeconds(0.5);
      cluster.runSeconds(250);
      const setS = cluster.second;
      cluster.clockAheadMs = seconds * 1000;
      cluster.runSeconds(250);

      const host = cluster.replica.byName('a');
      const live = host?.seriesByKey('load_one');
      assert.equal(live?.value(), agent.value(0, cluster.second), 'live');
      assert.equal(live?.timeMs(), (cluster.second + seconds) * 1000);
      const fromS = setS + settleSeconds;
      const toS = cluster.second - 2;
      assertValues(cluster, agent, { fromS, toS, aheadSeconds: seconds });

      assert.equal(host?.state, 'up');
      isOn = false;
      cluster.runSeconds(20);
      assert.equal(host?.state, 'down');

      // Nobody reads the future: when it is there, what was stored then is there, too.
      cluster.clockAheadMs = Math.max(0, seconds) * 1000;
      cluster.runSeconds(1);
      assertValues(cluster, agent, { fromS: beganS, toS: setS - 6, aheadSeconds: 0 });
    } finally {
      cluster.remove();
    }
  });
}

/** @param range by the collector's clock, which was that much ahead then */
function assertValues(
  cluster: SimulatedCluster,
  agent: SimulatedAgent,
  { fromS, toS, aheadSeconds }: { fromS: number; toS: number; aheadSeconds: number },
): void {
  const range = { fromS: fromS + aheadSeconds, toS: toS + aheadSeconds };
  const values = cluster.values(cluster.replica.byName(agent.name), 'load_one', range);
  const wrong = [...values].flatMap((value, index) => {
    const wanted = agent.value(0, fromS + index);
    return value === wanted ? [] : [`${index} s: ${value}, not ${wanted}`];
  });
  assert.deepEqual(wrong, []);
}
