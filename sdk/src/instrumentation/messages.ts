import type { ModelMessage } from '../otel/spans/messages.ts';
import { field, textField } from './answer.ts';

/** `messages: [{ role, content: text | [{ text }] }]`, and what stands beside them as `system` or `instructions`. */
export function messagesOf(parameters: unknown): readonly ModelMessage[] {
  const system = textField(parameters, 'system') ?? textField(parameters, 'instructions');
  const listed = field(parameters, 'messages') ?? field(parameters, 'input') ?? field(parameters, 'prompt');
  const messages = Array.isArray(listed) ? listed : [listed];
  return [
    ...(system === null ? [] : [{ role: 'system', text: system }]),
    ...messages.flatMap((message: unknown) => {
      const text = textOf(typeof message === 'string' ? message : field(message, 'content'));
      return text === '' ? [] : [{ role: textField(message, 'role') ?? 'user', text }];
    }),
  ];
}

function textOf(content: unknown): string {
  if (typeof content === 'string') {
    return content;
  }
  const parts: readonly unknown[] = Array.isArray(content) ? content : [];
  return parts
    .map((part) => textField(part, 'text') ?? '')
    .filter((text) => text !== '')
    .join('\n');
}
