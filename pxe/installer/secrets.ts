/** What only one node has: its agent's key and settings, its SSH host key. */
import { generateKeyPairSync } from 'node:crypto';
import { agentKey } from '../../base/authentication.ts';
import type { PxeNode } from '../../wire/pxe.ts';
import type { Secrets } from './protocol.ts';

const CURVE = 'nistp256';

export interface SecretsSource {
  /** Of the cluster, 32 bytes; undefined when it runs open. */
  readonly clusterSecret: Uint8Array | undefined;
  /** Where agents send besides the multicast group, such as `10.0.0.2:8641`. */
  readonly collectors: readonly string[];
}

/** @param agentId 32 hexadecimal digits */
export function makeSecrets(source: SecretsSource, node: PxeNode, agentId: string): Secrets {
  const { clusterSecret, collectors } = source;
  const id = Buffer.from(agentId, 'hex').toString('latin1');
  const key = clusterSecret && agentKey(clusterSecret, id).toHex();
  const settings = {
    data: '/var/lib/clustermon',
    targets: collectors,
    labels: labelsOf(node),
    ...(key === undefined ? { open: true } : { keyFile: '/etc/clustermon/agent.key' }),
  };
  const host = hostKey(node.name);
  return {
    files: [
      file('/etc/clustermon/agent.json', '0644', `${JSON.stringify(settings, null, 2)}\n`),
      ...(key === undefined ? [] : [file('/etc/clustermon/agent.key', '0600', `${key}\n`)]),
      file('/etc/ssh/ssh_host_ecdsa_key', '0600', host.privateKey),
      file('/etc/ssh/ssh_host_ecdsa_key.pub', '0644', host.publicKey),
    ],
  };
}

function labelsOf({ rack, unit, classes }: PxeNode): Readonly<Record<string, string>> {
  return {
    ...(rack !== undefined && { rack }),
    ...(unit !== undefined && { u: String(unit) }),
    ...(classes.length > 0 && { class: classes.join(',') }),
  };
}

/** An ECDSA host key: the private half as PEM (SEC 1), which sshd reads, the public half as RFC 5656 §3.1 writes it. */
function hostKey(name: string): { privateKey: string; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([
    Buffer.of(4),
    Buffer.from(x, 'base64url'),
    Buffer.from(y, 'base64url'),
  ]);
  const type = `ecdsa-sha2-${CURVE}`;
  const blob = Buffer.concat([Buffer.from(type), Buffer.from(CURVE), point].map(sshString));
  return {
    privateKey: privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
    publicKey: `${type} ${blob.toString('base64')} root@${name}\n`,
  };
}

/** RFC 4251 §5: length in four bytes, then the bytes. */
function sshString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function file(path: string, mode: string, text: string): Secrets['files'][number] {
  return { path, mode, content: Buffer.from(text).toString('base64') };
}
