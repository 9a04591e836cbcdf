// Numbers as they stand on screen. A missing number is a dash.

const dash = '–';
const minus = (text: string) => text.replace('-', '−');

export function countText(n: number): string {
  return n.toLocaleString('en');
}

/** "1 unit", "12,007 units". */
export function unitsText(n: number): string {
  return `${countText(n)} ${n === 1 ? 'unit' : 'units'}`;
}

/** A number of units that need not be whole: 11,518.5 → "11,519", 0.5 → "0.5". */
export function expectedText(n: number): string {
  return n < 10 && !Number.isInteger(n) ? n.toFixed(1) : countText(Math.round(n));
}

/** 0.0819 → "+8.19 %": three digits that count, or as many decimals as `like` would have. */
export function liftText(value: number | null | undefined, like = value): string {
  if (value == null) return dash;
  const percent = value * 100;
  const size = Math.abs((like ?? value) * 100);
  const text = percent.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return `${minus(Number(text) > 0 ? `+${text}` : text)} %`;
}

/** 0.4178 → "41.78 %". */
export function rateText(value: number | null | undefined): string {
  return value == null ? dash : `${minus((value * 100).toFixed(2))} %`;
}

export function meanText(value: number | null | undefined): string {
  if (value == null) return dash;
  return minus(Math.abs(value) >= 1000 ? value.toLocaleString('en', { maximumFractionDigits: 0 }) : value.toPrecision(4));
}

/** A metric's value: shares as per cent, the others as numbers. */
export function valueText(kind: string, value: number | null | undefined): string {
  return kind === 'proportion' ? rateText(value) : meanText(value);
}

/** 0.0123 → "0.012"; below 0.001 "< 0.001". */
export function pText(p: number | null | undefined): string {
  if (p == null) return dash;
  if (p < 0.001) return '< 0.001';
  return p >= 0.9995 ? '1' : p.toFixed(3);
}

/** For tables of all digits. */
export function preciseText(value: number | null | undefined): string {
  return value == null ? dash : minus(String(Number(value.toPrecision(6))));
}

/** "[+4.3 %, +12.3 %]", both with the same decimals, with ∞ at an open end. */
export function intervalText(lower: number | null | undefined, upper: number | null | undefined): string {
  if (lower == null && upper == null) return dash;
  const wider = Math.max(Math.abs(lower ?? 0), Math.abs(upper ?? 0));
  return `[${lower == null ? '−∞' : liftText(lower, wider)}, ${upper == null ? '+∞' : liftText(upper, wider)}]`;
}
