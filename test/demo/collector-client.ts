import { createHash } from 'node:crypto';
import type { RegisterRequest, RetrainStatusRequest, VersionDetail, VersionList } from '@plumbline/collector/api';

/** What a training pipeline needs of the collector: upload, register, report. */
export class CollectorClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Uploads bytes under their digest and returns it. Uploading the same bytes again changes nothing. */
  async upload(bytes: Uint8Array | string): Promise<string> {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    await this.#send('PUT', `/v1/artefacts/${digest}`, this.#token, bytes, 'application/octet-stream');
    return digest;
  }

  async download(digest: string): Promise<Uint8Array> {
    const response = await this.#send('GET', `/v1/artefacts/${digest}`, this.#token);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if (actual !== digest) throw new Error(`the artefact ${digest} arrived as ${actual}`);
    return bytes;
  }

  /** The number after the highest one in use. */
  async nextVersion(model: string): Promise<string> {
    const response = await this.#send('GET', `/v1/models/${encodeURIComponent(model)}/versions`, this.#token);
    const { versions } = (await response.json()) as VersionList; // the collector answers with what its API schema says
    return String(1 + Math.max(0, ...versions.map((one) => Number(one.version))));
  }

  async register(
    model: string,
    request: Partial<RegisterRequest> & Pick<RegisterRequest, 'version' | 'digest'>,
  ): Promise<VersionDetail> {
    const path = `/v1/models/${encodeURIComponent(model)}/versions`;
    const response = await this.#send('POST', path, this.#token, JSON.stringify(request));
    return (await response.json()) as VersionDetail; // the collector answers with what its API schema says
  }

  /** Reports on a retrain job with the job's own token. */
  async report(callback: { readonly url: string; readonly token: string }, status: RetrainReport): Promise<void> {
    await this.#send('POST', new URL(callback.url).pathname, callback.token, JSON.stringify(status));
  }

  async #send(
    method: string,
    path: string,
    token: string,
    body?: Uint8Array | string,
    contentType = 'application/json',
  ): Promise<Response> {
    const response = await fetch(this.#url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': contentType }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : Buffer.from(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }
}

/** A report as it is sent: fields with defaults may be left out. */
export type RetrainReport =
  | Exclude<RetrainStatusRequest, { state: 'succeeded' }>
  | {
      readonly state: 'succeeded';
      readonly result: Partial<RegisterRequest> & Pick<RegisterRequest, 'version' | 'digest'>;
    };
