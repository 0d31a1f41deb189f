/** A random key of 128 bits. `crypto.randomUUID` would need HTTPS, which a Grafana in a private network may not have. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
