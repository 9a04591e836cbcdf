import { describe, expect, test } from 'vitest';
import { parseContext } from '../src/playground/context';
import { explanationSteps, type FlagExplanation } from '../src/playground/explanation';

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
});
