import { expect, test } from 'vitest';
import { equalShares, shareFromPercent, shareText } from '../src/words/share';

test.each([[0, '0 %'], [1, '0.0001 %'], [125_000, '12.5 %'], [333_333, '33.3333 %'], [1_000_000, '100 %']])('%d ppm is %s', (ppm, text) => {
  expect(shareText(ppm)).toBe(text);
});

test('every ppm survives its percentage', () => {
  for (let ppm = 0; ppm <= 1_000_000; ppm += 37) expect(shareFromPercent(ppm / 10_000)).toBe(ppm);
});

test.each(['', ' ', 'x', '-1', '100.1', NaN])('%s is no percentage', (text) => {
  expect(shareFromPercent(text)).toBeUndefined();
});

test.each([1, 2, 3, 7, 64])('%d equal shares sum to everything and differ by at most 1', (count) => {
  const shares = equalShares(count);
  expect(shares).toHaveLength(count);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(1_000_000);
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
});
