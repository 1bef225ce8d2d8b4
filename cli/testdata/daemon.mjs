// A daemon for the supervisor's tests: writes its pid into the file, when it is ready if it gets ready, then does what the mode says.
import { appendFileSync } from 'node:fs';

const { file, mode } = JSON.parse(process.env.SAMPLE);
const tellPid = () => appendFileSync(file, `${process.pid}\n`);
if (mode === 'fail') {
  tellPid();
  process.exit(1);
}
process.on('SIGTERM', () => process.exit(0));
process.on('SIGUSR2', () => process.exit(1));
process.on('disconnect', () => process.exit(0));
process.send('ready', tellPid);
setInterval(() => {}, 1000);
