import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPrometheus } from '../setup/prometheus.mjs';
import { type Log, silentLog } from './log.ts';
import { startProcess } from './process.ts';
import { freePort } from './stack.ts';

/** A real Prometheus on loopback, with a configuration of the caller's. */
export interface Prometheus {
  readonly url: string;
  /** The series that an instant query finds now. Rejects with what Prometheus says when it refuses the query. */
  query(expression: string): Promise<readonly Series[]>;
  stop(): Promise<void>;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusOptions {
  /** Holds the configuration and the samples. */
  readonly directory: string;
  /** Prometheus's configuration. JSON is YAML. */
  readonly configuration: unknown;
  readonly log?: Log;
}

/** Why there is none here; `undefined` when it can be started. */
export function prometheusMissing(): string | undefined {
  return findPrometheus() === undefined ? 'Prometheus is not installed (npm run setup says how)' : undefined;
}

export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { directory, configuration, log = silentLog } = options;
  const programs = findPrometheus();
  if (programs === undefined) throw new Error(prometheusMissing());
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'prometheus.yml');
  writeFileSync(file, JSON.stringify(configuration));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'prometheus',
    command: join(programs, 'prometheus'),
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, 'samples')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    log,
    probe: async () => {
      const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
      return answer?.ok ? { http: url } : undefined;
    },
  });
  return {
    url,
    async query(expression) {
      const answer = await fetch(`${url}/api/v1/query`, {
        method: 'POST',
        body: new URLSearchParams({ query: expression }),
      });
      const body = (await answer.json()) as QueryAnswer; // Prometheus's documented answer
      if (body.status !== 'success') throw new Error(body.error);
      return body.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async stop() {
      await server.stop();
    },
  };
}

type QueryAnswer =
  | { readonly status: 'error'; readonly error: string }
  | {
      readonly status: 'success';
      readonly data: {
        readonly result: readonly { readonly metric: Series['metric']; readonly value: [number, string] }[];
      };
    };
