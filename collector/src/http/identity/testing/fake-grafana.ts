import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** A Grafana as far as identity goes: a key set on 127.0.0.1 and the ID tokens that belong to it. For tests. */
export interface FakeGrafana {
  readonly issuer: string;
  readonly keysUrl: string;
  /** How often the key set was asked for. */
  fetches(): number;
  /** Answers what follows instead of the key set; `null` ends that. */
  answerKeysWith(
    answer: { readonly status: number; readonly body: string; readonly headers?: Record<string, string> } | null,
  ): void;
  sign(
    claims: JWTPayload,
    header?: { readonly alg?: string; readonly typ?: string; readonly kid?: string },
  ): Promise<string>;
  stop(): Promise<void>;
}

export const testKeyId = 'test-2026-11-es256';

export async function startFakeGrafana(): Promise<FakeGrafana> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keySet = JSON.stringify({
    keys: [{ ...(await exportJWK(publicKey)), kid: testKeyId, alg: 'ES256', use: 'sig' }],
  });
  let fetches = 0;
  let override: Parameters<FakeGrafana['answerKeysWith']>[0] = null;
  const server = createServer((_request, response) => {
    fetches += 1;
    response.writeHead(override?.status ?? 200, { 'content-type': 'application/json', ...override?.headers });
    response.end(override?.body ?? keySet);
  });
  const url = await listen(server);
  return {
    issuer: `${url}/`,
    keysUrl: `${url}/api/signing-keys/keys`,
    fetches: () => fetches,
    answerKeysWith(answer) {
      override = answer;
    },
    sign: (claims, header) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'jwt', kid: testKeyId, ...header }).sign(privateKey),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `undefined` leaves a claim out. */
type Claims = Readonly<Record<string, unknown>>;

/** Claims as Grafana makes them for a person, valid for ten minutes from `nowMs`. */
export function personClaims(grafana: FakeGrafana, nowMs: number, claims: Claims = {}): JWTPayload {
  const iat = Math.floor(nowMs / 1000);
  return withoutUndefined({
    iss: grafana.issuer,
    aud: ['org:1'],
    sub: 'user:ana',
    iat,
    exp: iat + 600,
    namespace: 'default',
    type: 'user',
    username: 'ana',
    name: 'Ana',
    role: 'Admin',
    ...claims,
  });
}

function withoutUndefined(claims: Claims): JWTPayload {
  return JSON.parse(JSON.stringify(claims));
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an address object.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
