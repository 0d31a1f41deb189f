import { z } from 'zod';

const time = z
  .string()
  .regex(/^-?\d{1,15}$/, 'milliseconds since 1970-01-01 UTC')
  .transform(Number)
  .optional();

/** Windows of one version or segment, as a query names them. */
export const rangeFields = {
  version: z.string().min(1).max(128).optional().describe('Default: the champion'),
  segment: z
    .string()
    .min(3)
    .max(257)
    .optional()
    .describe('A segment of its traffic, `channel=web`; default: the whole'),
  from: time.describe('First window, event time in milliseconds; default: the latest windows'),
  to: time.describe('End, exclusive, event time in milliseconds'),
};
export const rangeQuery = z
  .strictObject(rangeFields)
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, 'from must be before to');
