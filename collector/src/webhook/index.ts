export {
  createOutbox,
  type Delivery,
  type EnqueueEvent,
  type OutgoingEvent,
  readDeliveries,
} from './outbox.ts';
export { startWebhookSender, type WebhookSender } from './sender.ts';
export { signWebhook, verifyWebhook } from './signature.ts';
