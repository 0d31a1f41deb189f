import { createMonitor } from '@plumbline/sdk';
import { instrumentOpenAI } from '@plumbline/sdk/instrumentation';
import OpenAI from 'openai';

const nats = { servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' };
const monitor = createMonitor({ service: 'helpdesk', model: { name: 'assistant', version: '3' }, nats });

// From here on every call is an inference, streamed ones too. The provider's id of an answer is that of its inference.
instrumentOpenAI(OpenAI, monitor, { id: ({ responseId }) => responseId ?? undefined });

const openai = new OpenAI(); // as it was

export async function answer(question: string) {
  const messages = [{ role: 'user' as const, content: question }];
  const { id, choices } = await openai.chat.completions.create({ model: 'gpt-4o-mini', messages });
  return { id, text: choices[0]?.message.content };
}

// A person's thumb, a judge's score:
export const liked = (id: string, value: boolean) => monitor.feedback({ inferenceId: id, value });
export const judged = (id: string, value: number) => monitor.evaluation({ inferenceId: id, value });
