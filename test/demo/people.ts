import { randomUUID } from 'node:crypto';
import type { ActionResult, Verb } from '@plumbline/collector/api';

/** The people of the demo, acting through the host page's proxy as Grafana would: with an identity token each. */
export type PersonName = 'ada' | 'grace' | 'olu' | 'vic';

export class People {
  readonly #base: string;

  constructor(hostUrl: string) {
    this.#base = `${hostUrl}/api/plugin-proxy/plumbline-models-app`;
  }

  /** Reads as the one person who may do nothing else. */
  async read<Body>(path: string): Promise<Body> {
    const response = await fetch(this.#base + path, { headers: { cookie: 'host_user=vic' } });
    if (!response.ok) throw new RefusedError('GET', path, response.status, await response.text());
    return (await response.json()) as Body; // the collector answers with what its API schema says
  }

  async act(
    person: PersonName,
    verb: Verb,
    target: string,
    revision: number,
    body: Readonly<Record<string, unknown>>,
  ): Promise<ActionResult> {
    const path = `/v1/actions/${verb}/${encodeURIComponent(target)}`;
    const response = await fetch(this.#base + path, {
      method: 'POST',
      headers: {
        cookie: `host_user=${person}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        'if-match': `"${revision}"`,
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new RefusedError('POST', path, response.status, await response.text());
    return (await response.json()) as ActionResult;
  }
}

export class RefusedError extends Error {
  readonly status: number;
  readonly body: string;

  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path} answered ${status}: ${body.slice(0, 400)}`);
    this.name = 'RefusedError';
    this.status = status;
    this.body = body;
  }
}
