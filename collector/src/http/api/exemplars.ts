import { z } from 'zod';

/** `GET /v1/models/:model/exemplars?version=&from=&to=`; default: the champion's latest 48 windows */
export const exemplars = z.object({
  model: z.string(),
  version: z.string(),
  from: z.number(),
  to: z.number(),
  windows: z
    .array(
      z.object({
        from: z.number(),
        to: z.number(),
        exemplars: z.array(
          z.object({
            inferenceId: z.string(),
            traceId: z.string().describe('W3C trace id, 32 hex digits: what a tracing data source finds it by'),
            at: z.number().describe('Event time of the inference'),
            reasons: z
              .array(z.enum(['failed', 'slowest', 'unusual_score', 'random']))
              .describe('Why it is here; `random` is there to compare the others with'),
          }),
        ),
      }),
    )
    .describe(
      'Oldest first; at most five inferences a window for each reason, none where no inference had a trace. Those known to ' +
        'be of a trace that was not sampled are here only for reasons that no other is here for',
    ),
});

export type Exemplars = z.infer<typeof exemplars>;
