/** Prints what the installer finds in the machine that it runs on, as one line of JSON. */
import { readHardware } from '../../pxe/installer/hardware.ts';
import { readStorage, withStorage } from '../../pxe/installer/storage.ts';

process.stdout.write(`${JSON.stringify(withStorage(readHardware('/'), readStorage()))}\n`);
