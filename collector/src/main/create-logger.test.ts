import { describe, expect, it } from 'vitest';
import { PlumblineError } from '../errors.ts';
import { createLogger } from './create-logger.ts';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  write(
    createLogger('info', {
      write: (line) => {
        text += line;
      },
    }),
  );
  return text;
}

describe('the log', () => {
  it('is JSON lines with a time, a level by name and the event', () => {
    const line = JSON.parse(logged((logger) => logger.info({ event: 'started', port: 1 }, 'started')));
    expect(line).toMatchObject({ level: 'info', event: 'started', port: 1, msg: 'started' });
    expect(Date.parse(line.time)).toBeGreaterThan(0);
  });

  it('never holds a secret, at any depth that objects of libraries have', () => {
    const secrets = { token: 'hush', secret: 'hush', password: 'hush', authorization: 'hush', 'x-grafana-id': 'hush' };
    const text = logged((logger) => {
      logger.info(secrets, 'flat');
      logger.info({ headers: secrets }, 'one');
      logger.info({ request: { headers: secrets } }, 'two');
      logger.error({ err: new PlumblineError('INTERNAL', 'no', { details: { request: secrets } }) }, 'error');
    });
    expect(text).not.toContain('hush');
    expect(text.match(/\[redacted\]/g)?.length).toBe(20);
  });

  it('keeps line breaks of others inside their line', () => {
    const text = logged((logger) => logger.info({ reason: 'a\n{"level":"error"}' }, 'x'));
    expect(text.trimEnd().split('\n')).toHaveLength(1);
  });
});
