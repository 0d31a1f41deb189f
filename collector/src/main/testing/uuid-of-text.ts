import { createHash } from 'node:crypto';

/** A UUIDv7 made of a text and a time: the same text and time give the same id. */
export function uuidOfText(text: string, time: number): string {
  const clock = Math.floor(time).toString(16).padStart(12, '0');
  const hash = createHash('sha256').update(text).digest('hex');
  return `${clock.slice(0, 8)}-${clock.slice(8)}-7${hash.slice(0, 3)}-8${hash.slice(3, 6)}-${hash.slice(6, 18)}`;
}
