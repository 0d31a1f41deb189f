import type { FreezeSettings } from '../config/settings.ts';

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** Why no version may get traffic at a time (milliseconds since 1970-01-01 UTC), in words; `null` when it may. */
export function frozenBecause(windows: readonly FreezeSettings[], now: number): string | null {
  const active = windows.find((window) => isFrozen(window, now));
  if (active === undefined) return null;
  const when =
    'days' in active
      ? `${active.days.join(', ')} ${active.from} to ${active.to} UTC`
      : `${active.from} to ${active.to}`;
  return active.reason === '' ? when : `${active.reason}: ${when}`;
}

/** From the first moment on, up to and without the last. A weekly window that ends before it begins goes over midnight. */
function isFrozen(window: FreezeSettings, now: number): boolean {
  if (!('days' in window)) return now >= Date.parse(window.from) && now < Date.parse(window.to);
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
  const date = new Date(now);
  const minute = date.getUTCHours() * 60 + date.getUTCMinutes();
  const isOn = (day: number): boolean => window.days.some((name) => name === dayNames[(day + 7) % 7]);
  const today = date.getUTCDay();
  if (from < to) return isOn(today) && minute >= from && minute < to;
  return (isOn(today) && minute >= from) || (isOn(today - 1) && minute < to);
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
