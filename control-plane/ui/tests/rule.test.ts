import { expect, test } from 'vitest';
import { prerequisiteSentence, ruleSentence, serveWords, type Rule } from '../src/words/rule';

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
  [
    {
      condition, serve: { variant: 'on' },
      coverage: { ramp: { points: [{ time: '2030-01-01T00:00:00Z', ppm: 100_000 }, { time: '2030-01-08T00:00:00Z', ppm: 1_000_000 }] } },
    },
    'If plan is “pro”, of these units (by targeting key), a share that rises in steps: 10 % at 2030-01-01 00:00 UTC, 100 % at 2030-01-08 00:00 UTC, get variant on; the others go on to the next step.',
  ],
  [
    { coverage: { bucket_by: 'account', ramp: { linear: true, points: [{ time: '2030-01-01T00:00:00Z', ppm: 0 }, { time: '2030-01-08T00:00:00Z', ppm: 500_000 }] } }, serve: { experiment: 'price' } },
    'Of all units (by account), a share that rises steadily: 0 % at 2030-01-01 00:00 UTC, 50 % at 2030-01-08 00:00 UTC, get the variant that experiment price assigns; the others go on to the next step.',
  ],
  [{ holdouts: ['yearly', 'page'], serve: { variant: 'on' } }, 'Everyone gets variant on. Units in holdout yearly or page are kept out of this rule.'],
] as [Rule, string][])('%j', (rule, sentence) => {
  expect(ruleSentence(rule)).toBe(sentence);
});

test('a prerequisite', () => {
  expect(prerequisiteSentence({ flag: 'api', variants: ['on', 'beta'] })).toBe('Only where flag api gives variant on or beta; elsewhere the off variant.');
});

test('nothing served is the caller’s default', () => {
  expect(serveWords(null)).toBe('the caller’s default');
});
