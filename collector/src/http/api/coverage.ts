import { z } from 'zod';

/** How the rows of a window came to be here, and what they are worth. */
export const coverage = z.object({
  rowsSeen: z.number().describe('Rows that came; `rows` are the inferences that they stand for'),
  thinnedShare: z.number().describe('Share of the inferences that did not come: thinned by their app, or not sampled'),
  effectiveRows: z
    .number()
    .describe('What statistics and evidence count: never more than came, fewer when weights differ'),
  captures: z
    .array(z.enum(['inferred', 'declared', 'redacted', 'metadata']))
    .describe('Under which rules values left the apps; empty where they did not say'),
  spanRows: z
    .number()
    .describe(
      'Rows among those that came that were read off spans of another instrumentation; an app recorded the others as inferences',
    ),
});

export type Coverage = z.infer<typeof coverage>;
