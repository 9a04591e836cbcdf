// Shares: parts per million in documents, per cent on screen.

const everything = 1_000_000;

/** 250000 → "25 %", 12345 → "1.2345 %". Exact. */
export function shareText(ppm: number): string {
  return `${ppm / 10_000} %`;
}

/** What was typed as a percentage, as ppm; undefined where it is none between 0 and 100. At most 4 decimals count. */
export function shareFromPercent(percent: number | string): number | undefined {
  const value = typeof percent === 'number' ? percent : Number(percent.trim() === '' ? NaN : percent);
  if (!Number.isFinite(value) || value < 0 || value > 100) return undefined;
  return Math.round(value * 10_000);
}

/** Shares of `count` variants as equal as they can be; they sum to everything. */
export function equalShares(count: number): number[] {
  const each = Math.floor(everything / count);
  return Array.from({ length: count }, (_, i) => (i < everything - each * count ? each + 1 : each));
}
