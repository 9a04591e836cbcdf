import { describe, expect, test } from 'vitest';
import { parseContext } from '../src/playground/context';
import { explanationSteps, type FlagExplanation, type Step } from '../src/playground/explanation';

describe('a pasted context', () => {
  test('is an object', () => {
    expect(parseContext('{"targetingKey": "u"}')).toEqual({ attributes: { targetingKey: 'u' } });
  });
  test.each([['[1]', 'found a list'], ['null', 'found null'], ['3', 'found a number'], ['{', 'expected JSON'], ['', 'expected JSON']])('%s is refused', (text, why) => {
    expect(parseContext(text)).toMatchObject({ problem: expect.stringContaining(why) });
  });
});

const decision = { value: true, variant: 'on', reason: 'TARGETING_MATCH', error_code: null, rule: 'r', bucket: 7, exposures: [] };

describe('an explanation as sentences', () => {
  test('a negated test that failed is a yes', () => {
    const explanation: FlagExplanation = {
      flag: 'f', decision,
      rules: [{ id: 'r', serves: true, condition: [{ attribute: 'country', operator: 'equals', negate: true, operands: ['CH'], value: 'DE', truth: 'false' }] }],
    };
    expect(explanationSteps(explanation)).toEqual([
      { outcome: 'yes', text: 'Rule “r” decides', inner: [{ outcome: 'yes', text: 'country is not “CH”: yes, it is “DE”', inner: [] }] },
    ]);
  });
  test('a missing attribute is unknown, and says so', () => {
    const explanation: FlagExplanation = {
      flag: 'f', decision, attributes: [{ name: 'age', type: 'missing', value: null }],
      rules: [{ id: 'r', serves: false, missed: 'the condition does not hold', condition: [{ attribute: 'age', operator: 'gte', negate: false, operands: [18], value: null, truth: 'unknown' }] }],
      default: { is_callers: true },
    };
    const [read, rule, otherwise] = explanationSteps(explanation);
    expect(read).toMatchObject({ inner: [{ outcome: 'unknown', text: 'age = missing' }] });
    expect(rule).toMatchObject({ outcome: 'no', text: 'Rule “r” goes on to the next step: the condition does not hold' });
    expect(rule!.inner[0]).toMatchObject({ outcome: 'unknown', text: 'age is at least 18: not known, because age is missing' });
    expect(otherwise).toMatchObject({ text: 'No rule decided: the caller’s default' });
  });
  test('coverage and split name bucket and range', () => {
    const explanation: FlagExplanation = {
      flag: 'f', decision,
      rules: [{
        id: 'r', serves: true,
        coverage: { bucket_by: 'targeting_key', hash_input: 's:u', bucket: 7, range: [0, 500_000], is_inside: true },
        split: { bucket_by: 'targeting_key', hash_input: 't:u', bucket: 9, range: [0, 500_000], variant: 'on' },
      }],
    };
    const texts = explanationSteps(explanation)[0]!.inner.map(({ text }) => text);
    expect(texts).toEqual([
      'coverage 50 %: targeting_key is in bucket 7 (hash of “s:u”), inside [0, 500000)',
      'split: targeting_key is in bucket 9 (hash of “t:u”), [0, 500000) is variant “on”',
    ]);
  });
  test('every step of the engine has a sentence', () => {
    const hash = { bucket_by: 'targeting_key', hash_input: 's:u', bucket: 7 };
    const explanation: FlagExplanation = {
      flag: 'f',
      prerequisites: [{ flag: 'api', reason: 'DEFAULT', variant: 'on', is_met: true }, { flag: 'old', reason: 'ERROR', variant: null, is_met: false }],
      rules: [{
        id: 'r', serves: true,
        condition: [
          { flag: 'api', operator: 'flag_is', negate: false, operands: ['on'], reason: 'DEFAULT', value: 'on', truth: 'true' },
          { attribute: '$now', operator: 'in_window', negate: true, operands: [[540, 1020], 'Europe/Zurich'], value: 0, truth: 'false' },
          { operator: 'condition', negate: false, holds: true, steps: [{ attribute: 'plan', operator: 'equals', negate: false, operands: ['PRO'], case_insensitive: true, value: 'pro', truth: 'true' }] },
          { attribute: 'email', operator: 'in_hashed', negate: false, operands: ['3 hashes'], truth: 'not reached' },
        ],
        coverage: { ...hash, range: [0, 250_000], is_inside: true, is_ramp: true },
        holdouts: [{ ...hash, key: 'yearly', range: [0, 5], is_held_out: false }, { bucket_by: 'account', key: 'page', range: [0, 5], is_held_out: false }],
        sticky: { experiment: 'e', unit_id: 'u', variant: 'on' },
        experiment: { key: 'e', status: 'running', phase: 1 },
      }],
      decision: { ...decision, exposures: [{ experiment: '', experiment_id: 'yearly', variant: 'in', phase: 0, is_holdout: true }] },
    };
    const texts = (steps: Step[]): string[] => steps.flatMap(({ text, inner }) => [text, ...texts(inner)]);
    expect(texts(explanationSteps(explanation))).toEqual([
      'Prerequisite: flag “api” gives variant “on”, as it must',
      'Prerequisite: flag “old” gives no variant (ERROR), which is not enough',
      'Rule “r” decides',
      'flag “api” gives variant “on”: yes, it gives “on”',
      'the time now is not within mon 09:00–17:00 in Europe/Zurich: yes, it is 0',
      'the condition holds: yes',
      'plan is “PRO” (in any case): yes, it is “pro”',
      'email is one of 3 hidden values: not reached',
      'coverage 25 % of the ramp now: targeting_key is in bucket 7 (hash of “s:u”), inside [0, 250000)',
      'holdout “yearly”: targeting_key is in bucket 7 (hash of “s:u”), not held out by [0, 5)',
      'holdout “page”: no unit id in account',
      '“u” was given variant “on” of experiment “e” before, and keeps it',
      'experiment “e” is running, phase 1',
      'A program would record an exposure: holdout “yearly”, variant “in”',
    ]);
  });
});
