import { isIP, isIPv4 } from 'node:net';
import { flag, integer, list, type SettingsOf, section, text } from '../../base/config.ts';
import { isNetwork } from '../../base/networks.ts';
import { isMulticast } from '../../wire/address.ts';

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
  gangliaPort: integer({
    default: 0,
    min: 0,
    max: 65_535,
    doc: "UDP port for datagrams of Ganglia's gmond and gmetric, such as 8649; 0 = off",
  }),
  gangliaGroup: text({
    default: '',
    doc: "multicast group of Ganglia's datagrams, such as 239.2.11.71; empty = unicast only",
    check: {
      wanted: 'an IPv4 multicast address such as 239.2.11.71, or empty',
      accepts: (value) => value === '' || (isIPv4(value) && isMulticast(value)),
    },
  }),
  gangliaInterfaces: list({
    default: [],
    doc: 'network interfaces on which Ganglia is heard besides loopback, or `all`',
  }),
  gangliaFrom: list({
    default: ['127.0.0.0/8'],
    doc: "networks whose datagrams of Ganglia's are taken; they are not signed, so name none that strangers can send from",
    check: { wanted: 'a network such as 10.0.0.0/8, or an address', accepts: isNetwork },
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
