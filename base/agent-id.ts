import { createHmac } from 'node:crypto';

/** Application id of clustermon for machine-id(5); `systemd-id128 -a 6f1c… machine-id` gives the same agent id. */
const APPLICATION = Buffer.from('6f1c35a2d93b4c0e8a4be1f0a7715d26', 'hex');
const SIZE = 16;

/**
 * The id of the agent on a machine: as sd_id128_get_machine_app_specific(3) derives ids, since the machine id itself must not leave the machine.
 * @param machine   16 bytes of /etc/machine-id
 * @param namespace tells the agents in several network namespaces of one machine apart
 * @returns 16 bytes
 */
export function agentIdOf(machine: Uint8Array, namespace = ''): Buffer {
  const hmac = createHmac('sha256', machine).update(APPLICATION).update(namespace);
  const id = hmac.digest().subarray(0, SIZE);
  // The bits that make it a random UUID, as systemd sets them. RFC 9562 §5.4
  id[6] = (id[6]! & 0x0f) | 0x40;
  id[8] = (id[8]! & 0x3f) | 0x80;
  return id;
}
