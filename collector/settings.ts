import { isIP } from 'node:net';
import { choice, flag, integer, list, type SettingsOf, section, text } from '../base/config.ts';
import { isMulticast } from '../wire/address.ts';
import { gangliaSettings } from './ganglia/settings.ts';
import { ingestSettings } from './ingest/settings.ts';
import { inletSettings } from './inlets/settings.ts';

/** Section `collector` of the configuration file. */
export const collectorSettings = section({
  data: text({ default: 'data', doc: 'folder of databases, journal and secret' }),
  group: text({
    default: '239.2.11.72',
    doc: 'multicast group, IPv4 or IPv6, that agents send to; empty = unicast only',
    check: {
      wanted: 'a multicast address such as 239.2.11.72 or ff15::8641, or empty',
      accepts: (value) => value === '' || isGroup(value),
    },
  }),
  port: integer({ default: 8641, min: 0, max: 65_535, doc: 'UDP port on which agents are heard' }),
  interfaces: list({
    default: [],
    doc: 'network interfaces on which agents are heard besides loopback, or `all`; none = loopback alone',
  }),
  open: flag({ default: false, doc: 'accept datagrams without authentication' }),
  secretFile: text({
    default: '',
    doc: "file with the cluster's secret, 64 hexadecimal digits; empty = `secret` in the data folder",
  }),
  ...ingestSettings,
  ...inletSettings,
  ...gangliaSettings,
  listen: text({
    default: '127.0.0.1',
    doc: 'address of the web page and API; another than loopback needs a token first (clustermon token add)',
    check: {
      wanted: 'an IP address such as 127.0.0.1, 0.0.0.0 or ::',
      accepts: (value) => isIP(value) !== 0,
    },
  }),
  webPort: integer({
    default: 8640,
    min: 0,
    max: 65_535,
    doc: 'TCP port of the web page and API; 0 = any free one',
  }),
  hostNames: list({
    default: [],
    doc: "names by which browsers reach the page, besides IP addresses and this machine's own name",
  }),
  tokens: choice(['remote', 'always'], {
    default: 'remote',
    doc: 'who must show a token: clients on other machines, or everyone',
  }),
  queryWorkers: integer({ default: 2, min: 1, max: 16, doc: 'threads that answer range queries' }),
  queryTimeoutSeconds: integer({
    default: 30,
    min: 1,
    max: 600,
    doc: 'longest time that one query may take',
  }),
  ruleFiles: list({
    default: [],
    doc: 'Prometheus rule files, with * for any name, such as /etc/clustermon/rules/*.yml',
  }),
  builtInRules: flag({ default: true, doc: 'evaluate the built-in alert rules' }),
  ruleIntervalSeconds: integer({
    default: 15,
    min: 1,
    max: 3600,
    doc: 'how often rule groups are evaluated that name no interval',
  }),
  routingFile: text({
    default: '',
    doc: 'Alertmanager configuration: who is told of which alerts; empty = `webhooks` are told of all',
  }),
  webhooks: list({
    default: [],
    doc: "URLs that alerts are POSTed to (Alertmanager's format) when there is no routing file",
    check: { wanted: 'an http or https URL', accepts: isHttpUrl },
  }),
  viewFolder: text({
    default: '',
    doc: 'folder of the views (dashboards), such as a checkout of yours; empty = `views` in the data folder',
  }),
  externalUrl: text({
    default: '',
    doc: "the page's address in notifications, such as http://head:8640; empty = this machine's name and the web port",
  }),
});

export type CollectorSettings = SettingsOf<typeof collectorSettings>;

/** Without a zone: `interfaces` say where it is joined. */
function isGroup(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%') && isMulticast(text);
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
