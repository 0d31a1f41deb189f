import type { Msg } from '@nats-io/transport-node';
import { messageOf } from '../diagnostics.ts';
import type { PublishAnswer } from '../transport.ts';

/** What JetStream answered to a published batch. */
export function readAcknowledgement(message: Msg): PublishAnswer {
  if (message.headers?.code === noResponders) {
    return { kind: 'unavailable', code: 'stream_missing', message: 'no stream takes this subject' };
  }
  try {
    const answer = message.json<JetStreamAnswer>();
    if (answer.error === undefined) {
      return { kind: 'stored', duplicate: answer.duplicate === true };
    }
    return refusal(answer.error.err_code ?? 0, answer.error.description ?? 'an error without a description');
  } catch (error) {
    return { kind: 'failed', message: `the answer was not understood: ${messageOf(error)}` };
  }
}

function refusal(code: number, description: string): PublishAnswer {
  const message = `${description} (${code})`;
  if (code === errorCodes.messageTooLarge) {
    return { kind: 'refused', message };
  }
  if (code === errorCodes.storageExceeded || (code === errorCodes.storeFailed && /maximum/.test(description))) {
    return { kind: 'unavailable', code: 'stream_full', message };
  }
  return { kind: 'failed', message };
}

interface JetStreamAnswer {
  readonly stream?: string;
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: { readonly code?: number; readonly err_code?: number; readonly description?: string };
}

const noResponders = 503;

/** Of nats-server's errors.json. */
const errorCodes = {
  storageExceeded: 10047,
  messageTooLarge: 10054,
  /** "maximum bytes exceeded", "maximum messages exceeded", or a fault of the disk. */
  storeFailed: 10077,
} as const;
