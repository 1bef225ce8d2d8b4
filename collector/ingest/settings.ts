import { flag, integer, list, type SettingsOf, section } from '../../base/config.ts';

/** What the ingest thread adds to section `collector` of the configuration file. */
export const ingestSettings = section({
  archives: list({
    default: ['1s:6h', '10s:2d', '5m:60d', '1h:3y'],
    doc: 'step and retention of each archive, from the finest to the coarsest',
    check: { wanted: 'a step and a retention, such as 10s:2d', accepts: isArchive },
  }),
  journal: flag({
    default: true,
    doc: 'keep the datagrams of the last minutes in files, so that a killed collector needs nobody to get them back',
  }),
  heartbeatSeconds: integer({
    default: 3,
    min: 1,
    max: 3600,
    doc: 'longest silence of a host that is well; after four times that it is down',
  }),
  hostsMax: integer({
    default: 20_000,
    min: 1,
    max: 1_000_000,
    doc: 'hosts that are taken in; more are refused and counted',
  }),
  receiveBufferBytes: integer({
    default: 8 * 1024 * 1024,
    min: 65_536,
    max: 1024 * 1024 * 1024,
    doc: 'receive buffer of the socket; the kernel gives at most net.core.rmem_max',
  }),
});

export type IngestSettings = SettingsOf<typeof ingestSettings>;

/** Each alone is sound; whether they fit together is checked when all of them are read. */
function isArchive(spec: string): boolean {
  return /^[1-9]\d*[ywdhms]:[1-9]\d*[ywdhms]$/.test(spec);
}
