export {
  createOutbox,
  type Delivery,
  readDeliveries,
} from './outbox.ts';
export { startWebhookSender, type WebhookSender } from './sender.ts';
export { signWebhook, verifyWebhook } from './signature.ts';
