export { type CompleteEvent, type Endpoint, pingType, type StoredEvent, webhookEndpoint } from './endpoint.ts';
export {
  countDeliveries,
  createOutbox,
  type Delivery,
  type Outbox,
  readDeliveries,
  readDelivery,
  readEndpointState,
  removeOldDeliveries,
} from './outbox.ts';
export { startWebhookSender } from './sender.ts';
export { DeliveryService } from './service.ts';
export { signWebhook, verifyWebhook } from './signature.ts';
export { type InboundRequest, verifyInbound } from './verify-inbound.ts';
