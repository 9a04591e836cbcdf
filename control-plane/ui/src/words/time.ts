// Times that conditions compare with, and weekly windows, in plain words.

/** As definitions write one; without days it is every day's. */
export interface Window {
  days?: string[];
  start: string;
  end: string;
}

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const minutesOfDay = 1440;

const rfc3339 = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i;

/** Epoch ms as a time in UTC, RFC 3339 in its own offset: "2030-01-31 12:00 UTC". Another text stays as it is. */
export function instantText(value: unknown): string {
  const parts = typeof value === 'string' ? rfc3339.exec(value) : null;
  if (parts !== null) {
    const [, day, minute, second = '', zone = ''] = parts;
    return `${day} ${minute}${second === ':00' ? '' : second} ${zone.toUpperCase() === 'Z' ? 'UTC' : zone}`;
  }
  if (typeof value !== 'number' || Math.abs(value) > 8.64e15) return String(value ?? '');
  return new Date(value).toISOString().replace('T', ' ').replace(/(:00)?\.000Z$/, ' UTC').replace('Z', ' UTC');
}

function clockText(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Days in a row as "mon–fri". */
function daysText(names: string[]): string {
  const numbers = names.map((name) => days.indexOf(name));
  if (numbers.includes(-1)) return names.join(', ');
  if (numbers.length === days.length) return 'every day';
  const runs: [number, number][] = [];
  for (const day of [...numbers].sort((a, b) => a - b)) {
    const last = runs[runs.length - 1];
    if (last !== undefined && last[1] === day - 1) last[1] = day;
    else runs.push([day, day]);
  }
  return runs.map(([from, to]) => (to - from > 1 ? `${days[from]}–${days[to]}` : days.slice(from, to + 1).join(', '))).join(', ');
}

function windowText(window: unknown): string {
  if (Array.isArray(window)) {
    const [start, end] = window as [number, number];
    const day = (minute: number) => days[Math.floor(minute / minutesOfDay) % days.length];
    const [from, to] = [clockText(start % minutesOfDay), clockText(end % minutesOfDay)];
    if (day(start) === day(end - 1) && start < end) return `${day(start)} ${from}–${to === '00:00' ? '24:00' : to}`;
    return `${day(start)} ${from} to ${day(end)} ${to}`;
  }
  const { days: names = days, start, end } = window as Window;
  return `${daysText(names)} ${start}–${end}`;
}

/** "mon–fri 09:00–17:00 or sat 10:00–12:00". A text among the operands is the zone that the engine names. */
export function windowsText(operands: readonly unknown[]): string {
  const windows = operands.filter((operand) => typeof operand === 'object' && operand !== null).map(windowText);
  const zone = operands.find((operand) => typeof operand === 'string');
  return `${windows.join(' or ')}${zone === undefined ? '' : ` in ${zone}`}`;
}
