import { z } from 'zod';

export const delivery = z.object({
  id: z.string(),
  webhook: z.string(),
  event: z.string(),
  type: z.string(),
  subject: z.string(),
  state: z.enum(['pending', 'delivered', 'dead']),
  attempts: z.array(
    z.object({ at: z.number(), status: z.number().nullable(), error: z.string().nullable(), durationMs: z.number() }),
  ),
  nextAttemptAt: z.number().nullable(),
  createdAt: z.number(),
});

/** `GET /v1/deliveries` */
export const deliveryList = z.object({ items: z.array(delivery), nextCursor: z.string().nullable() });

export type Delivery = z.infer<typeof delivery>;
export type DeliveryList = z.infer<typeof deliveryList>;
