import { messageLists, partText, readNames } from './attribute-names.ts';
import { attributeOf, isRecord, structureOf, textOf } from './read.ts';
import type { SpanAttributes } from './span-data.ts';

/** One message of a conversation, as far as it is text. */
export interface ModelMessage {
  readonly role: string;
  readonly text: string;
}

export interface ModelContent {
  readonly input: readonly ModelMessage[];
  readonly output: readonly ModelMessage[];
}

/** What was said to the model and by it, where the instrumentation wrote it on the span. */
export function contentOf(attributes: SpanAttributes): ModelContent {
  return {
    input:
      structured(structureOf(attributes, readNames.inputMessages)) ?? flattened(attributes, messageLists.input, 'user'),
    output:
      structured(structureOf(attributes, readNames.outputMessages)) ??
      singleText(textOf(attributes, readNames.outputText)) ??
      flattened(attributes, messageLists.output, 'assistant'),
  };
}

/** `[{ role, parts: [{ content }] }]` of the conventions, `[{ role, content: text | [{ text }] }]` of Vercel. */
function structured(value: unknown): readonly ModelMessage[] | null {
  if (!Array.isArray(value)) {
    return null;
  }
  return value.slice(0, maxMessages).flatMap((message: unknown) => {
    if (!isRecord(message)) {
      return [];
    }
    const role = typeof message.role === 'string' ? message.role : 'unknown';
    return [{ role, text: textOfParts(message.parts ?? message.content) }];
  });
}

function textOfParts(parts: unknown): string {
  if (typeof parts === 'string') {
    return parts;
  }
  if (!Array.isArray(parts)) {
    return '';
  }
  const texts = parts.map((part: unknown) => {
    const text = isRecord(part) ? (part.content ?? part.text) : part;
    return typeof text === 'string' ? text : '';
  });
  return texts.filter((text) => text !== '').join('\n');
}

function singleText(text: string | null): readonly ModelMessage[] | null {
  return text === null ? null : [{ role: 'assistant', text }];
}

type MessageList = (typeof messageLists)['input' | 'output'][number];

function flattened(attributes: SpanAttributes, lists: readonly MessageList[], role: string): readonly ModelMessage[] {
  for (const names of lists) {
    const messages: ModelMessage[] = [];
    for (let index = 0; index < maxMessages; index++) {
      const at = `${names.list}.${index}`;
      const text = textOf(attributes, [`${at}.${names.text}`]) ?? flattenedParts(attributes, at, names.parts);
      const said = textOf(attributes, [`${at}.${names.role}`]);
      if (text === null && said === null) {
        break;
      }
      messages.push({ role: said ?? role, text: text ?? '' });
    }
    if (messages.length > 0) {
      return messages;
    }
  }
  return [];
}

function flattenedParts(attributes: SpanAttributes, at: string, parts: string | null): string | null {
  const texts: string[] = [];
  for (let index = 0; parts !== null && index < maxMessages; index++) {
    const text = attributeOf(attributes, `${at}.${parts}.${index}.${partText}`);
    if (typeof text !== 'string') {
      break;
    }
    texts.push(text);
  }
  return texts.length === 0 ? null : texts.join('\n');
}

const maxMessages = 1_000;
