import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Log } from '../../base/log.ts';

const PROGRAM = fileURLToPath(new URL('router-advertiser.pl', import.meta.url));

/**
 * Answers IPv6 router solicitations on an interface, so that iPXE does not wait 16 s for a router that is not there
 * (docs/decisions/0032-router-advertisements.md). Node has no raw sockets: a small Perl program does it.
 * Where it cannot, machines boot all the same, later.
 * @returns ends it
 */
export function answerRouterSolicitations(interfaceName: string, log: Log): () => void {
  const child = spawn('perl', [PROGRAM, interfaceName], { stdio: ['pipe', 'ignore', 'pipe'] });
  let reason = '';
  child.stderr.on('data', (chunk: Buffer) => {
    reason = (reason + chunk.toString()).slice(-500);
  });
  child.on('error', (error) => {
    reason = error.message;
  });
  let ended = false;
  child.on('close', () => {
    if (!ended) {
      log.warn('router-advertisements-off', { interface: interfaceName, reason: reason.trim() });
    }
  });
  child.stdin.on('error', () => {});
  return () => {
    ended = true;
    child.stdin.end();
  };
}
