import { choice, flag, integer, list, type SettingsOf, section, text } from '../base/config.ts';
import { parseIpv4 } from '../wire/address.ts';
import { ARCHITECTURES } from '../wire/pxe.ts';
import { parseRangeSetting, RANGE_WANTED } from './dhcp/subnets.ts';

const isAddress = (value: string) => parseIpv4(value) !== undefined;

/** Section `pxe` of the configuration file. */
export const pxeSettings = section({
  data: text({ default: 'data', doc: 'folder of pxe.db, images and boot files' }),
  interfaces: list({
    default: [],
    doc: 'network interfaces on which machines are booted; none = the service is off',
  }),
  mode: choice(['proxy', 'server', 'off'], {
    default: 'proxy',
    doc: 'proxy: beside a DHCP server; server: give addresses as well; off: another server names us',
  }),
  ranges: list({
    default: [],
    doc: `server mode: addresses to give, ${RANGE_WANTED}`,
    check: { wanted: RANGE_WANTED, accepts: (value) => parseRangeSetting(value) !== undefined },
  }),
  dns: list({
    default: [],
    doc: 'server mode: name servers that machines are told',
    check: { wanted: 'an IPv4 address', accepts: isAddress },
  }),
  domain: text({ default: '', doc: 'server mode: domain that machines are told; empty = none' }),
  leaseSeconds: integer({
    default: 3600,
    min: 60,
    max: 2_592_000,
    doc: 'server mode: how long an address is given for',
  }),
  agentPort: integer({
    default: 8641,
    min: 0,
    max: 65_535,
    doc: 'UDP port of this appliance that agents of installed machines send to; `up` takes collector.port',
  }),
  httpPort: integer({
    default: 8642,
    min: 0,
    max: 65_535,
    doc: 'TCP port of boot files and images',
  }),
  space: text({
    default: '',
    doc: 'folder of the config space (docs/profiles.md) that machines are installed from; empty = none are installed',
  }),
  suite: text({
    default: 'bookworm',
    doc: 'release of the installer and of images: Debian or Ubuntu, by its code name',
  }),
  architectures: list({
    default: [],
    doc: `processors of the machines that are installed, ${ARCHITECTURES.join(' or ')}; empty = that of this machine. Others than its own need emulation (docs/provisioning.md)`,
    check: {
      wanted: ARCHITECTURES.join(' or '),
      accepts: (value) => (ARCHITECTURES as readonly string[]).includes(value),
    },
  }),
  mirror: text({
    default: '',
    doc: "package mirror of that release; empty = the one of this machine's own apt",
  }),
  securityMirror: text({
    default: '',
    doc: "mirror of that release's security updates; empty = this machine's own, else the distribution's; none = without them",
  }),
  installerPackages: list({
    default: [],
    doc: 'more packages in the system that machines install from, such as firmware-bnx2x for network cards that need it',
    check: {
      wanted: 'names of packages',
      accepts: (value) => /^[a-z0-9][a-z0-9.+-]+$/.test(value),
    },
  }),
  sshKeys: text({
    default: '',
    doc: 'file with SSH public keys that may log in on machines while they are installed; empty = none',
  }),
  kernelArguments: text({
    default: '',
    doc: "more words for the installer's kernel command line, such as console=ttyS0",
  }),
  routerAdvertisements: flag({
    default: true,
    doc: 'answer IPv6 router solicitations with "no router here", which saves iPXE a wait of 16 s',
  }),
});

export type PxeSettings = SettingsOf<typeof pxeSettings>;
