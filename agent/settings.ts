import { isIP } from 'node:net';
import {
  flag,
  integer,
  list,
  records,
  type SettingsOf,
  section,
  text,
  textMap,
} from '../base/config.ts';
import { MAX_DATAGRAM, MAX_PAYLOAD_DEFAULT } from '../wire/packet.ts';
import { isTarget } from './target.ts';

const patterns = { wanted: 'a name in which * stands for any letters', accepts: () => true };

const name = {
  wanted: 'letters, digits, `_`, `-` and `.`, at most 64',
  accepts: (value: string) => /^[\w.-]{0,64}$/.test(value),
};

/** Node 18 has no URL.parse. */
function isHttpUrl(text: string): boolean {
  try {
    return new URL(text).protocol === 'http:';
  } catch {
    return false;
  }
}

/** An entry of `agent.exporters`. */
export const exporterSettings = section({
  url: text({
    default: '',
    doc: 'where the exporter answers',
    check: {
      wanted: 'a URL such as http://127.0.0.1:9100/metrics; https is not spoken',
      accepts: isHttpUrl,
    },
  }),
  name: text({
    default: '',
    doc: 'the label `job`; empty = what is known of the port, or `exporter`',
    check: name,
  }),
  intervalSeconds: integer({ default: 15, min: 1, max: 3600, doc: 'seconds between two answers' }),
  include: list({ default: [], doc: 'metrics that are taken; empty = all', check: patterns }),
  exclude: list({ default: [], doc: 'metrics that are left out', check: patterns }),
});

export type ExporterSettings = SettingsOf<typeof exporterSettings>;

/** An entry of `agent.plugins`. */
export const pluginSettings = section({
  command: text({
    default: '',
    doc: 'a line of shell, such as /usr/lib/nagios/plugins/check_load -w 5,4,3 -c 10,8,6',
  }),
  name: text({
    default: '',
    doc: 'the label `plugin`; empty = the name of the program without check_',
    check: name,
  }),
  intervalSeconds: integer({ default: 60, min: 1, max: 86_400, doc: 'seconds between two runs' }),
  timeoutSeconds: integer({ default: 10, min: 1, max: 600, doc: 'seconds that a run may take' }),
});

export type PluginSettings = SettingsOf<typeof pluginSettings>;

/** Section `agent` of the configuration file. */
export const agentSettings = section({
  data: text({
    default: 'data',
    doc: 'folder of the secret, the last boot id and the socket of metric send',
  }),
  hostName: text({ default: '', doc: 'name of this host; empty = what hostname(1) says' }),
  labels: textMap({ default: {}, doc: 'labels of this host, such as class, rack, u, role' }),
  group: text({
    default: '239.2.11.72',
    doc: 'multicast group, IPv4 or IPv6, that collectors listen to, or the address of one collector; empty = only to `targets`',
    check: {
      wanted: 'an IP address without a zone, such as 239.2.11.72, ff15::8641 or 10.0.0.1, or empty',
      accepts: (value) => value === '' || (isIP(value) !== 0 && !value.includes('%')),
    },
  }),
  port: integer({
    default: 8641,
    min: 1,
    max: 65_535,
    doc: 'UDP port of the collectors in the group',
  }),
  interface: text({
    default: '',
    doc: 'network interface, or its address, that multicast leaves by; empty = the one that routing gives',
  }),
  ttl: integer({ default: 1, min: 0, max: 255, doc: 'routers that multicast may pass, plus one' }),
  targets: list({
    default: [],
    doc: 'collectors that get each datagram by unicast, besides the group: 10.0.0.1:8641, [fd00::1]:8641',
    check: { wanted: 'an address with a port, such as 10.0.0.1:8641', accepts: isTarget },
  }),
  gangliaTarget: text({
    default: '',
    doc: "group or host that gets Ganglia's core metrics in Ganglia's datagrams too, such as 239.2.11.71:8649; empty = off",
    check: {
      wanted: 'an IPv4 address with a port, such as 239.2.11.71:8649, or empty',
      accepts: (value) => value === '' || (isTarget(value) && !value.startsWith('[')),
    },
  }),
  open: flag({ default: false, doc: 'send without authentication' }),
  secretFile: text({
    default: '',
    doc: "file with the cluster's secret, 64 hexadecimal digits; empty = `secret` in the data folder",
  }),
  keyFile: text({
    default: '',
    doc: "file with this agent's own key, 64 hexadecimal digits, in place of the cluster's secret",
  }),
  payloadBytes: integer({
    default: MAX_PAYLOAD_DEFAULT,
    min: 512,
    max: MAX_DATAGRAM,
    doc: 'largest datagram',
  }),
  historySeconds: integer({
    default: 900,
    min: 0,
    max: 900,
    doc: 'how far back collectors can ask for what they missed',
  }),
  historyBytes: integer({
    default: 8 * 1024 * 1024,
    min: 0,
    max: 256 * 1024 * 1024,
    doc: 'most memory that the history takes',
  }),
  perCore: flag({ default: true, doc: 'a series for each CPU' }),
  ignoredInterfaces: list({
    default: ['veth*', 'cali*', 'lxc*'],
    doc: 'network interfaces without series of their own; the totals count them',
    check: patterns,
  }),
  ignoredMounts: list({
    default: [
      '/boot/efi',
      '/etc/hosts',
      '/etc/hostname',
      '/etc/resolv.conf',
      '/var/lib/docker/*',
      '/var/lib/containers/*',
      '/var/lib/kubelet/*',
      '/run/*',
    ],
    doc: 'mount points that are left out',
    check: patterns,
  }),
  filesystemSeconds: integer({
    default: 15,
    min: 1,
    max: 3600,
    doc: 'seconds between two looks at the file systems',
  }),
  sensorSeconds: integer({
    default: 5,
    min: 1,
    max: 3600,
    doc: 'seconds between two readings of temperatures, fans and power',
  }),
  exporters: records(exporterSettings, {
    main: 'url',
    wanted: 'a list of URLs, or of maps with a url',
    doc: 'Prometheus exporters on this host, whose series are sent as well: URLs, or maps with url, name, intervalSeconds, include, exclude',
  }),
  findExporters: flag({
    default: false,
    doc: 'look for exporters on the well-known ports of this host (docs/exporters.md)',
  }),
  exporterSeriesMax: integer({
    default: 2000,
    min: 1,
    max: 12_000,
    doc: 'series that an exporter may have; the answer of one with more is not taken',
  }),
  plugins: records(pluginSettings, {
    main: 'command',
    wanted: 'a list of commands, or of maps with a command',
    doc: 'Nagios plugins to run: commands, or maps with command, name, intervalSeconds, timeoutSeconds',
  }),
});

export type AgentSettings = SettingsOf<typeof agentSettings>;
