import { createMonitor } from '@plumbline/sdk';

export const monitor = createMonitor({
  service: 'credit-api',
  model: { name: 'credit-risk', version: '7' },
  nats: {
    servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222',
    user: 'credit-api',
    pass: process.env.CREDIT_API_PASSWORD ?? 'from your secret store',
    inboxPrefix: '_INBOX_credit-api',
  },
});
