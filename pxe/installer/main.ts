/** The installer as the program that late-init starts in a machine's RAM. Exit status 0: installed, restart; 1: stay as it is. */
import { readFileSync } from 'node:fs';
import { Appliance } from './client.ts';
import { parseBootParameters } from './command-line.ts';
import { readHardware, readUuid } from './hardware.ts';
import { Installation } from './install.ts';
import { readStorage, withStorage } from './storage.ts';

const say = (text: string) => process.stdout.write(`clustermon: ${text}\n`);

try {
  const parameters = parseBootParameters(readFileSync('/proc/cmdline', 'utf8'));
  const publicKey = readFileSync('/usr/lib/clustermon/appliance.pem', 'utf8');
  const machine = {
    ...parameters,
    uuid: readUuid('/'),
    hardware: withStorage(readHardware('/'), readStorage()),
  };
  say(`asking ${parameters.server}`);
  const appliance = new Appliance({
    server: parameters.server,
    publicKey,
    onSilence: (reason) => say(`the appliance does not answer (${reason}): trying again`),
  });
  process.exitCode = (await new Installation(appliance, machine, say).run()) ? 0 : 1;
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
