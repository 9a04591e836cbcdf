import { expect, test } from 'vitest';
import { isProduction } from '../src/words/environment';
import { expectedText, intervalText, liftText, pText, unitsText, valueText } from '../src/words/number';
import { bearerOf, languages, snippet } from '../src/pages/welcome/snippets';

test('lifts have a sign and three digits that count', () => {
  expect([0.08194, -0.00226, 0, 0.1234, 2.5, null].map((lift) => liftText(lift))).toEqual(['+8.19 %', '−0.23 %', '0.00 %', '+12.3 %', '+250 %', '–']);
});
test('small p-values are not zero', () => {
  expect([1e-21, 0.0005, 0.0123, 1, null].map(pText)).toEqual(['< 0.001', '< 0.001', '0.012', '1', '–']);
});
test('one unit is not units, and half a unit is not one', () => {
  expect([0, 1, 12_007].map(unitsText)).toEqual(['0 units', '1 unit', '12,007 units']);
  expect([0.5, 1, 12, 11_518.5].map(expectedText)).toEqual(['0.5', '1', '12', '11,519']);
});
test('open ends are infinite', () => {
  expect(intervalText(null, 0.1)).toBe('[−∞, +10.0 %]');
  expect(intervalText(null, null)).toBe('–');
});
test('both ends of an interval have the same decimals', () => {
  expect(intervalText(0.0447, 0.132)).toBe('[+4.5 %, +13.2 %]');
  expect(intervalText(-0.01, 0.002)).toBe('[−1.00 %, +0.20 %]');
});
test('shares are per cent, other metrics numbers', () => {
  expect(valueText('proportion', 0.41784)).toBe('41.78 %');
  expect(valueText('mean', 16.4912)).toBe('16.49');
});
test.each(['prod', 'production', 'live', 'eu-production', 'production-eu'])('%s is production', (key) => expect(isProduction(key)).toBe(true));
test.each(['staging', 'product-test', 'reproduction', 'preprod', 'delivery'])('%s is not production', (key) => expect(isProduction(key)).toBe(false));

test.each(languages)('the $label snippet names server, flag and event', ({ value }) => {
  const text = snippet(value, { url: 'http://h', key: 'expt1.a.b.ID.c.SECRET', flag: 'my-flag', isBoolean: false, fallback: 'control', event: 'bought' });
  expect(text).toContain('http://h');
  if (value === 'curl') expect(text).toContain('Bearer ID.SECRET');
  else for (const word of ['expt1.a.b.ID.c.SECRET', 'my-flag', 'control', 'bought']) expect(text).toContain(word);
});
test('the bearer is the key’s id and secret', () => expect(bearerOf('expt1.a.b.ID.c.SECRET')).toBe('ID.SECRET'));
