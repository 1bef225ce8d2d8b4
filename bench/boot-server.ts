/** The boot port alone, as a process of its own to measure: listens on the address and serves the file of its arguments as initramfs, and prints its port. */
import { BootFiles } from '../pxe/boot/files.ts';
import { bootHttp } from '../pxe/boot/http.ts';
import { Machines } from '../pxe/boot/machines.ts';

const [host = '', file = ''] = process.argv.slice(2);
const app = bootHttp({
  files: new BootFiles('/nonexistent'),
  machines: new Machines(() => new Map()),
  installerFor: () => ({ architecture: 'amd64', kernel: file, initramfs: file }),
  scriptFor: () => '',
  grubConfigFor: () => '',
  onEvent: () => {},
});
process.stdout.write(`${await app.listen({ host, port: 0 })}\n`);
