import type { Logger } from './logger.ts';

export interface ReadinessLogOptions {
  /** Why the collector takes no traffic, in sentences; empty when it does. */
  readonly problems: () => readonly string[];
  readonly logger: Logger;
  /** How often it is looked at. */
  readonly everyMs?: number;
}

/**
 * Says in the log when the collector begins to take traffic, when it ceases to and why: once for each change, however
 * often it is probed. `look` looks at once.
 */
export function startReadinessLog(options: ReadinessLogOptions): { look(): void; stop(): void } {
  const { problems, logger, everyMs = 1_000 } = options;
  let wasReady = false;
  const look = () => {
    const reasons = problems();
    const isReady = reasons.length === 0;
    if (isReady === wasReady) return;
    wasReady = isReady;
    if (isReady) logger.info({ event: 'ready' }, 'the collector takes traffic');
    else logger.warn({ event: 'not_ready', reasons }, 'the collector takes no traffic');
  };
  const timer = setInterval(look, everyMs);
  return { look, stop: () => clearInterval(timer) };
}
