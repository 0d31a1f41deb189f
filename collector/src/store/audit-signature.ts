import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { PlumblineError } from '../errors.ts';

/**
 * Signed heads of the audit log. A chain of hashes shows every change but the one that rewrites everything behind it, and a
 * cut-off tail; a head that was signed with a key the store never holds, and noted somewhere else, shows both.
 */
export const signedHead = z.strictObject({
  schema: z.literal(1),
  /** Last record that the head covers, and its hash. */
  sequence: z.int().min(1),
  hash: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  /** Milliseconds since 1970-01-01 UTC. */
  at: z.number(),
  /** First 16 hex digits of the SHA-256 of the public key (SPKI, DER). */
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  /** Ed25519 (RFC 8032) over the canonical JSON (RFC 8785) of everything above, in base64. */
  signature: z.string().max(100),
});

export type SignedHead = z.infer<typeof signedHead>;

export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * Reads an Ed25519 private key: PEM (PKCS #8), or the base64 of its DER or of its 32 secret bytes. Throws `BAD_CONFIG`.
 */
export function readSigningKey(text: string): SigningKey {
  const privateKey = attempt(() => parsePrivate(text.trim()));
  if (privateKey?.asymmetricKeyType !== 'ed25519') {
    throw new PlumblineError(
      'BAD_CONFIG',
      'the key of the audit log is not an Ed25519 private key: make one by `plumbline audit key`',
    );
  }
  const publicKey = createPublicKey(privateKey);
  return { id: keyIdOf(publicKey), privateKey, publicKey };
}

/** Reads an Ed25519 public key in PEM (SPKI), or the base64 of its DER. Throws `BAD_DATA`. */
export function readPublicKey(text: string): KeyObject {
  const trimmed = text.trim();
  const key = attempt(() =>
    trimmed.startsWith('-----')
      ? createPublicKey(trimmed)
      : createPublicKey({ key: Buffer.from(trimmed, 'base64'), format: 'der', type: 'spki' }),
  );
  if (key?.asymmetricKeyType !== 'ed25519') {
    throw new PlumblineError('BAD_DATA', 'this is not an Ed25519 public key in PEM');
  }
  return key;
}

export function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16);
}

export function signHead(
  { sequence, hash }: { readonly sequence: number; readonly hash: string },
  key: SigningKey,
  at: number,
): SignedHead {
  const content = { schema: 1, sequence, hash, at, keyId: key.id } as const;
  return { ...content, signature: sign(null, bytesOf(content), key.privateKey).toString('base64') };
}

/** Whether the head is what the owner of the key signed. */
export function isSignedBy(head: SignedHead, publicKey: KeyObject): boolean {
  const { signature, ...content } = head;
  return (
    head.keyId === keyIdOf(publicKey) && verify(null, bytesOf(content), publicKey, Buffer.from(signature, 'base64'))
  );
}

function bytesOf(content: Omit<SignedHead, 'signature'>): Buffer {
  // Plain JSON always has a canonical form.
  return Buffer.from(canonicalize(content) ?? '');
}

/** What PKCS #8 puts before the 32 secret bytes of an Ed25519 key (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

function parsePrivate(text: string): KeyObject {
  // In an environment variable line breaks are often written as \n.
  if (text.startsWith('-----')) return createPrivateKey(text.replaceAll('\\n', '\n'));
  const bytes = Buffer.from(text, 'base64');
  const key = bytes.length === 32 ? Buffer.concat([pkcs8Prefix, bytes]) : bytes;
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function attempt<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch {
    // What is wrong with a key is nobody's business but its owner's: the caller says that it is no key.
    return null;
  }
}
