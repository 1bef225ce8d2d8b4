import { integer, type SettingsOf, section, text } from '../base/config.ts';

/** What the simulated cluster needs to know; `clustermon up --demo N` fills it in from the agent's settings. */
export const demoSettings = section({
  hosts: integer({ default: 200, min: 1, max: 20_000, doc: 'simulated hosts' }),
  seed: integer({ default: 1, min: 0, max: 2 ** 31, doc: 'another seed, another cluster' }),
  group: text({ default: '239.2.11.72', doc: 'multicast group or address of the collector' }),
  port: integer({ default: 8641, min: 1, max: 65_535, doc: 'UDP port of the collector' }),
  interface: text({
    default: '127.0.0.1',
    doc: 'address of the interface that the datagrams leave by',
  }),
  secretFile: text({ default: '', doc: "file with the cluster's secret; none = unsigned" }),
});

export type DemoSettings = SettingsOf<typeof demoSettings>;
