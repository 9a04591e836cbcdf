import { expect, test } from 'vitest';
import { ruleSentence, serveWords } from '../src/words/rule';

const condition = { attribute: 'plan', operator: 'equals' as const, operands: ['pro'] };

test.each([
  [{ serve: { variant: 'on' } }, 'Everyone gets variant on.'],
  [{ condition, serve: { variant: 'on' } }, 'If plan is “pro”, serve variant on.'],
  [{ condition, coverage: { ppm: 1_000_000 }, serve: { variant: 'on' } }, 'If plan is “pro”, serve variant on.'],
  [
    { condition, coverage: { ppm: 125_000, bucket_by: 'account' }, serve: { variant: 'on' } },
    'If plan is “pro”, serve variant on to 12.5 % of them (by account); the others go on to the next step.',
  ],
  [{ coverage: { ppm: 1 }, serve: { variant: 'on' } }, '0.0001 % of all units (by targeting key) get variant on; the others go on to the next step.'],
  [{ condition, coverage: { ppm: 0 }, serve: { variant: 'on' } }, 'If plan is “pro”, nobody is covered (0 % by targeting key): this rule serves nobody.'],
  [{ serve: { experiment: 'price' } }, 'Everyone gets the variant that experiment price assigns.'],
  [
    { serve: { split: { weights: { a: 900_000, b: 100_000 }, bucket_by: 'account' } } },
    'Everyone gets a split by account: a 90 %, b 10 %.',
  ],
])('%j', (rule, sentence) => {
  expect(ruleSentence(rule)).toBe(sentence);
});

test('nothing served is the caller’s default', () => {
  expect(serveWords(null)).toBe('the caller’s default');
});
