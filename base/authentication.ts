/** The tag at the end of each datagram: HMAC-SHA-256 (RFC 2104), truncated, under the agent's own key. */
import crypto, { hkdfSync } from 'node:crypto';

/** Bytes of the truncated HMAC-SHA-256 at the end of each datagram. */
const TAG_SIZE = 16;
/** Of SHA-256, in bytes. */
const BLOCK_SIZE = 64;
const DIGEST_SIZE = 32;
const KEY_SIZE = 32;
/** Largest UDP payload. */
const DATAGRAM_MAX = 65_507;

/** A key as the two blocks that HMAC hashes before the text and before the inner digest. RFC 2104 §2 */
export class AgentKey {
  readonly #bytes: Uint8Array;
  readonly inner: Uint8Array;
  readonly outer: Uint8Array;

  /** @param bytes 32 */
  constructor(bytes: Uint8Array) {
    if (bytes.length !== KEY_SIZE) throw new RangeError(`a key has ${KEY_SIZE} bytes`);
    this.#bytes = bytes;
    this.inner = padded(bytes, 0x36);
    this.outer = padded(bytes, 0x5c);
  }

  /** 64 hexadecimal digits, as in an agent's key file. */
  toHex(): string {
    return Buffer.from(this.#bytes).toString('hex');
  }
}

function padded(key: Uint8Array, pad: number): Uint8Array {
  return new Uint8Array(BLOCK_SIZE).map((_, index) => (key[index] ?? 0) ^ pad);
}

/**
 * The key of one agent: HKDF-SHA-256 (RFC 5869) of the cluster's secret with the agent's id as info, so that whoever steals one
 * node's key can speak for that node alone.
 * @param agent the agent's id, 16 bytes as latin-1 characters
 */
export function agentKey(secret: Uint8Array, agent: string): AgentKey {
  const info = Buffer.from(agent, 'latin1');
  return new AgentKey(
    new Uint8Array(hkdfSync('sha256', secret, 'clustermon agent key', info, KEY_SIZE)),
  );
}

/** Writes the tag of everything before it into the last 16 bytes of `datagram`; zeros when the cluster has no secret. */
export function seal(datagram: Uint8Array, key: AgentKey | undefined): void {
  const end = datagram.length - TAG_SIZE;
  if (key === undefined) {
    datagram.fill(0, end);
    return;
  }
  const digest = digestOf(datagram, end, key);
  for (let index = 0; index < TAG_SIZE; index += 1) {
    datagram[end + index] = digest.charCodeAt(index);
  }
}

/** True when the last 16 bytes are the tag of what stands before them. Takes the same time for every wrong tag. */
export function isSealed(datagram: Uint8Array, key: AgentKey): boolean {
  const end = datagram.length - TAG_SIZE;
  if (end < 0) return false;
  const digest = digestOf(datagram, end, key);
  let difference = 0;
  for (let index = 0; index < TAG_SIZE; index += 1) {
    difference |= digest.charCodeAt(index) ^ (datagram[end + index] ?? 0);
  }
  return difference === 0;
}

/** What the two hashes are taken of. */
const innerText = Buffer.allocUnsafeSlow(BLOCK_SIZE + DATAGRAM_MAX);
const outerText = Buffer.allocUnsafeSlow(BLOCK_SIZE + DIGEST_SIZE);

/**
 * HMAC-SHA-256 of the first `end` bytes, as latin-1 characters. Two hashes at once with their result as text cost a third of what an Hmac
 * object costs, and leave no memory to be collected (docs/decisions/0067-datagrams-a-second.md).
 */
function digestOf(datagram: Uint8Array, end: number, key: AgentKey): string {
  innerText.set(key.inner);
  innerText.set(datagram, BLOCK_SIZE);
  outerText.set(key.outer);
  outerText.write(sha256(innerText.subarray(0, BLOCK_SIZE + end)), BLOCK_SIZE, 'latin1');
  return sha256(outerText);
}

/** As latin-1 characters. Agents also run on Debian 12's Node 18, which has no hash in one call. */
const sha256: (bytes: Uint8Array) => string =
  typeof crypto.hash === 'function'
    ? (bytes) => crypto.hash('sha256', bytes, 'binary')
    : (bytes) => crypto.createHash('sha256').update(bytes).digest('binary');
