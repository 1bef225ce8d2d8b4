import { isIP } from 'node:net';
import { integer, type SettingsOf, section, text } from '../../base/config.ts';

const port = { default: 0, min: 0, max: 65_535 } as const;

/** What is served to programs of Ganglia's, in section `collector` of the configuration file; `gangliaFrom` of the inlets says to whom. */
export const gangliaSettings = section({
  gangliaGmondPort: integer({
    ...port,
    doc: "TCP port of gmond's XML, which gmetad and gstat read, such as 8649; 0 = off",
  }),
  gangliaGmetadPort: integer({
    ...port,
    doc: "TCP port of gmetad's XML, such as 8651; 0 = off",
  }),
  gangliaQueryPort: integer({
    ...port,
    doc: "TCP port of gmetad's XML by query, which Ganglia's web pages read, such as 8652; 0 = off",
  }),
  gangliaListen: text({
    default: '127.0.0.1',
    doc: "address on which Ganglia's XML is served, to this machine and the networks of gangliaFrom; it knows no passwords",
    check: {
      wanted: 'an IP address such as 127.0.0.1 or 0.0.0.0',
      accepts: (value) => isIP(value) !== 0,
    },
  }),
  gangliaCluster: text({
    default: 'clustermon',
    doc: "name of the cluster, and of the grid, in Ganglia's XML",
    check: { wanted: 'a name without /', accepts: (value) => /^[^/\p{Cc}]{1,64}$/u.test(value) },
  }),
});

export type GangliaSettings = SettingsOf<typeof gangliaSettings>;
