export { notifierEndpoints } from './endpoints.ts';
export { NotificationService } from './service.ts';
