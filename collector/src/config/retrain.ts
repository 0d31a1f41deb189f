import { z } from 'zod';
import { durationMs, name, share } from './scalars.ts';

export const retrainSettings = z.strictObject({
  on: z
    .array(z.enum(['drift', 'performance', 'fairness']))
    .default([])
    .describe('Alert kinds that ask for a retrain; none by default'),
  schedule: durationMs.optional().describe('Asks for a retrain when the last one, or the champion, is older than this'),
  approval: z.enum(['required', 'automatic']).default('required'),
  approvalExpires: durationMs.prefault('3d').describe('What nobody approved by then is cancelled'),
  consecutiveWindows: z.int().min(1).default(3),
  minimumLabelledRows: z.int().min(0).default(1_000),
  minimumRowsPerClass: z.int().min(0).default(50).describe('Labelled rows of each class'),
  minimumRowsPerGroup: z.int().min(0).default(30).describe('Labelled rows of each group of each sensitive attribute'),
  principal: name.optional().describe('Category feature or sensitive attribute that says who sent a row'),
  maximumPrincipalShare: share.default(0.5).describe('Rows of one principal may be this much of what would be learned'),
  cooldown: durationMs.prefault('24h'),
  dailyCap: z.int().min(1).default(2),
  timeout: durationMs.prefault('24h').describe('A trainer that says nothing for this long is given up'),
  deadline: durationMs.prefault('7d').describe('A job that takes longer is given up, whatever the trainer says'),
  outcomeWindows: z
    .int()
    .min(1)
    .default(24)
    .describe('A retrain helped when its version has served this many windows without the same alarm'),
});

export type RetrainSettings = z.infer<typeof retrainSettings>;
