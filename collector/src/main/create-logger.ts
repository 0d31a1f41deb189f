import { type DestinationStream, type Logger, pino } from 'pino';
import type { CollectorSettings } from '../config/index.ts';

/** Fields that may hold a secret, wherever an error or an object of a library brings them. */
const secretFields = ['secret', 'password', 'token', 'authorization', 'cookie', '["x-grafana-id"]', 'pass'];

/** Logs as JSON lines: events with fields, secrets replaced. They go to stderr; stdout is for what a program answers. */
export function createLogger(
  level: CollectorSettings['logLevel'],
  destination: DestinationStream = pino.destination({ fd: 2, sync: true }),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Rooms name what they caught `error`, libraries `err`: both come with their stack and their cause.
      serializers: { err: pino.stdSerializers.errWithCause, error: pino.stdSerializers.errWithCause },
      redact: {
        paths: ['', '*.', '*.*.', '*.*.*.'].flatMap((depth) =>
          secretFields.map((field) => (field.startsWith('[') ? `${depth.slice(0, -1)}${field}` : depth + field)),
        ),
        censor: '[redacted]',
      },
    },
    destination,
  );
}
