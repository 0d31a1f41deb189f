import { createMonitor } from '@plumbline/sdk';
import { embed } from './model.ts'; // whatever makes your vectors

const monitor = createMonitor({
  service: 'helpdesk',
  nats: { servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' },
  model: {
    name: 'assistant',
    version: '3',
    features: {
      query: { type: 'embedding', dimensions: 8 },
      question: { type: 'text' },
      channel: 'category',
    },
  },
});

export function asked(question: string, channel: string) {
  return monitor.record({ features: { query: embed(question), question, channel } });
}

/** Exactly what would leave: neither the vector nor the question. */
export const leaving = monitor.preview({ features: { query: embed('Where is my parcel?'), question: 'Where is it?' } });
