import { isIP } from 'node:net';
import { flag, integer, type SettingsOf, section, text } from '../../base/config.ts';

/** What other monitoring programs may send, in section `collector` of the configuration file. */
export const inletSettings = section({
  graphitePort: integer({
    default: 0,
    min: 0,
    max: 65_535,
    doc: "TCP port for Graphite's plaintext protocol, such as 2003; 0 = off",
  }),
  statsdPort: integer({
    default: 0,
    min: 0,
    max: 65_535,
    doc: 'UDP port for StatsD, such as 8125; 0 = off',
  }),
  inletListen: text({
    default: '127.0.0.1',
    doc: 'address on which Graphite and StatsD are heard; they know no passwords, so let only trusted networks reach it',
    check: {
      wanted: 'an IP address such as 127.0.0.1 or 0.0.0.0',
      accepts: (value) => isIP(value) !== 0,
    },
  }),
  influxWrite: flag({
    default: false,
    doc: "take InfluxDB's line protocol at /write and /api/v2/write of the web port",
  }),
  remoteWrite: flag({
    default: false,
    doc: "take Prometheus' remote write at /api/v1/write of the web port",
  }),
});

export type InletSettings = SettingsOf<typeof inletSettings>;
