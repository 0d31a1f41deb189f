export { HookService } from './service.ts';
