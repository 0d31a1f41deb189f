import { type RefusedBody, refusedMessage } from '../../events/index.ts';
import type { Services } from '../ports.ts';

/**
 * Keeps a body that could not be read as a dead letter. Its sender is told too, but a logger beside a model server does
 * not read answers.
 */
export async function putAside(services: Pick<Services, 'publish'>, refused: RefusedBody): Promise<void> {
  await services.publish([refusedMessage(refused)]);
}
