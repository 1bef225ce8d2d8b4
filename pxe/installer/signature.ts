/** Signed documents: the appliance signs with Ed25519 (RFC 8032), machines check with the public key that they booted with. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDataFolder } from '../../base/data-folder.ts';
import { InputError } from '../../base/errors.ts';
import type { Signed } from './protocol.ts';

export interface SigningKey {
  /** PEM */
  readonly publicKey: string;
  sign(document: unknown): Signed;
}

/** Reads the appliance's key, or makes it at the first start; the file is for its owner alone. */
export function loadSigningKey(file: string): SigningKey {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    makeDataFolder(dirname(file));
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
  }
  const key = createPrivateKey(readFileSync(file));
  return {
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    sign: (document) => {
      const text = Buffer.from(JSON.stringify(document));
      return {
        document: text.toString('base64'),
        signature: sign(null, text, key).toString('base64'),
      };
    },
  };
}

/**
 * Checks a signed document and reads it.
 * @param publicKey PEM
 * @throws InputError `signature` when the key has not signed exactly this text
 */
export function openSigned<T>(signed: Signed, publicKey: string): T {
  const text = Buffer.from(signed.document, 'base64');
  const good = verify(null, text, publicKey, Buffer.from(signed.signature, 'base64'));
  if (!good) throw new InputError('signature', 'the signature is not by the appliance');
  return JSON.parse(text.toString()) as T;
}
