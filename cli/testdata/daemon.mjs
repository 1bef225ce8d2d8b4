// A daemon for the supervisor's tests: writes its pid into the file, then does what the mode says.
import { appendFileSync } from 'node:fs';

const { file, mode } = JSON.parse(process.env.SAMPLE);
appendFileSync(file, `${process.pid}\n`);
if (mode === 'fail') process.exit(1);
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
setInterval(() => {}, 1000);
