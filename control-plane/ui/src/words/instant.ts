// Points in time.

const dayFormat = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
const timeFormat = new Intl.DateTimeFormat('en', {
  day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false,
});

export function dayText(instant: string | null | undefined): string {
  return instant == null ? '–' : dayFormat.format(new Date(instant));
}

export function timeText(instant: string | number | null | undefined): string {
  return instant == null ? '–' : timeFormat.format(new Date(instant));
}

/** Whole days from `start` to `end`. */
export function daysBetween(start: string, end: number): number {
  return Math.max(0, Math.floor((end - Date.parse(start)) / 86_400_000));
}
