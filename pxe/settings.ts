import { choice, integer, list, type SettingsOf, section, text } from '../base/config.ts';

/** Section `pxe` of the configuration file. */
export const pxeSettings = section({
  data: text({ default: 'data', doc: 'folder of nodes.db, images and boot files' }),
  interfaces: list({
    default: [],
    doc: 'network interfaces on which machines are booted; none = the service is off',
  }),
  mode: choice(['proxy', 'server', 'off'], {
    default: 'proxy',
    doc: 'proxy: beside a DHCP server; server: give addresses as well; off: another server names us',
  }),
  httpPort: integer({
    default: 8642,
    min: 0,
    max: 65_535,
    doc: 'TCP port of boot files and images',
  }),
});

export type PxeSettings = SettingsOf<typeof pxeSettings>;
