import { describe, expect, test } from 'vitest';
import { conditionWords, type Condition } from '../src/words/condition';

const country: Condition = { attribute: 'country', operator: 'in', operands: ['CH', 'DE'] };
const age: Condition = { attribute: 'age', operator: 'gte', operands: [18] };
const staff: Condition = { operator: 'in_segment', operands: ['staff'] };

describe('a condition in plain words', () => {
  test.each<[Condition | null, string]>([
    [null, 'everyone'],
    [country, 'country is “CH” or “DE”'],
    [{ all: [country, age] }, 'country is “CH” or “DE” and age is at least 18'],
    [{ any: [country, age] }, 'country is “CH” or “DE” or age is at least 18'],
    [{ all: [{ any: [country, staff] }, age] }, '(country is “CH” or “DE” or the context is in segment “staff”) and age is at least 18'],
    [{ any: [{ all: [country, age] }, staff] }, '(country is “CH” or “DE” and age is at least 18) or the context is in segment “staff”'],
    [{ not: country }, 'country is not “CH” or “DE”'],
    [{ not: { not: country } }, 'not (country is not “CH” or “DE”)'],
    [{ not: { all: [country, age] } }, 'not (country is “CH” or “DE” and age is at least 18)'],
    [{ ...age, negate: true } as Condition, 'age is not at least 18'],
    [{ all: [] }, 'always'],
    [{ any: [] }, 'never'],
    [{ all: [age] }, 'age is at least 18'],
    [{ attribute: 'country', operator: 'in', operands: [] }, 'country is one of no values (never true)'],
    [{ attribute: 'email', operator: 'is_set' }, 'email is set'],
    [{ attribute: 'age', operator: 'between', operands: [5, 10] }, 'age is between 5 and 10'],
    [{ attribute: 'beta', operator: 'equals', operands: [true] }, 'beta is true'],
    [{ attribute: 'name', operator: 'contains', operands: ['a'], case_insensitive: true }, 'name contains “a” (in any case)'],
    [{ attribute: 'x', operator: 'sounds_like', operands: ['y'] }, 'x is sounds like “y”'],
    [{ all: [country, age, staff] }, 'country is “CH” or “DE”, and age is at least 18, and the context is in segment “staff”'],
  ])('%j', (condition, words) => {
    expect(conditionWords(condition)).toBe(words);
  });

  test('a long list is told by its beginning and its length', () => {
    const operands = Array.from({ length: 20 }, (_, i) => i);
    expect(conditionWords({ attribute: 'n', operator: 'in', operands })).toBe('n is 0, 1, 2, 3, 4, 5 or 14 more');
  });
});
