/**
 * What an operator may switch from outside, without touching the app. Only ever to less: nothing leaves by these that the
 * app did not mean to send.
 */
export interface Switches {
  /** `off`: no inference or outcome leaves. `metadata`: as the capture mode of that name. Null: as the options say. */
  readonly capture: 'off' | 'metadata' | null;
  /** Whether spans, measurements and log events may be made. */
  readonly telemetry: boolean;
  /** What to tell the reader of the log. */
  readonly warning: string | null;
}

/** `process.env`, without the types of Node: apps compile against this without them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const captureVariable = 'PLUMBLINE_CAPTURE';

/** `PLUMBLINE_CAPTURE`: `off`, `metadata`, or `full` for what the options say; anything else counts as `metadata`. */
export function switchesOf(environment: Environment): Switches {
  const given = (environment[captureVariable] ?? '').trim().toLowerCase();
  // OpenTelemetry's own variable; its conventions know no value but this one.
  const telemetry = (environment.OTEL_SDK_DISABLED ?? '').trim().toLowerCase() !== 'true';
  if (given === '' || given === 'full') {
    return { capture: null, telemetry, warning: null };
  }
  if (given === 'off' || given === 'metadata') {
    return { capture: given, telemetry, warning: null };
  }
  const warning = `${captureVariable} is none of off, metadata and full: nothing but metadata leaves`;
  return { capture: 'metadata', telemetry, warning };
}
