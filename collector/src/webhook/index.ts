export {
  createOutbox,
  type Delivery,
  readDeliveries,
} from './outbox.ts';
export { startWebhookSender } from './sender.ts';
export { signWebhook, verifyWebhook } from './signature.ts';
