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
    [{ attribute: 'email', operator: 'matches', operands: ['^a.*@b$'] }, 'email matches the pattern ^a.*@b$'],
    [{ attribute: 'email', operator: 'equals_hashed', operands: ['x@y.z'] }, 'email is a hidden value'],
    [{ attribute: 'email', operator: 'in_hashed', operands: ['a', 'b'], negate: true }, 'email is not one of 2 hidden values'],
    [{ attribute: 'joined', operator: 'time_before', operands: ['2015-01-01T09:30:15+01:00'] }, 'joined is before 2015-01-01 09:30:15 +01:00'],
    [{ attribute: '$now', operator: 'time_after', operands: ['2030-01-31T12:00:00Z'] }, 'the time now is after 2030-01-31 12:00 UTC'],
    [{ attribute: 'born', operator: 'time_between', operands: [0, 1_899_979_200_000] }, 'born is from 1970-01-01 00:00 UTC until 2030-03-17 12:00 UTC'],
    [
      { attribute: '$now', operator: 'in_window', time_zone: 'Europe/Zurich', operands: [{ days: ['mon', 'tue', 'wed', 'sat'], start: '09:00', end: '17:00' }, { start: '22:00', end: '06:00' }] },
      'the time now is within mon–wed, sat 09:00–17:00 or every day 22:00–06:00 in Europe/Zurich',
    ],
    [{ attribute: 'version', operator: 'semver_gte', operands: ['2.1'] }, 'version is a version from “2.1”'],
    [{ attribute: 'version', operator: 'semver_caret', operands: ['2.1'] }, 'version is compatible with version “2.1”'],
    [{ attribute: 'tags', operator: 'contains_all', operands: ['a', 'b'] }, 'tags contains all of “a” and “b”'],
    [{ attribute: 'tags', operator: 'size_between', operands: [1, 3] }, 'tags has a number of entries between 1 and 3'],
    [{ attribute: 'ip', operator: 'in_cidr', operands: ['10.0.0.0/8'] }, 'ip is in the network “10.0.0.0/8”'],
    [{ attribute: 'lat', longitude: 'lon', operator: 'within_km', operands: [47.4, 8.5, 25] }, 'the place (lat, lon) is within 25 km of 47.4, 8.5'],
    [{ operator: 'flag_is', flag: 'checkout', operands: ['on', 'beta'] }, 'flag “checkout” gives variant “on” or “beta”'],
    [{ operator: 'flag_is', flag: 'checkout', operands: ['on'], negate: true }, 'flag “checkout” does not give variant “on”'],
  ])('%j', (condition, words) => {
    expect(conditionWords(condition)).toBe(words);
  });

  test('no operator is without words', () => {
    const all = ['is_set', 'equals', 'in', 'contains', 'starts_with', 'ends_with', 'matches', 'equals_hashed', 'in_hashed', 'lt', 'lte', 'gt', 'gte',
      'between', 'time_before', 'time_after', 'time_between', 'in_window', 'semver_eq', 'semver_lt', 'semver_lte', 'semver_gt', 'semver_gte',
      'semver_tilde', 'semver_caret', 'contains_any', 'contains_all', 'size_lt', 'size_gt', 'size_between', 'in_cidr', 'within_km', 'flag_is'];
    // A word that the page does not know is shown as it is written.
    for (const operator of all) expect(conditionWords({ attribute: 'a', operator, operands: [1, 2, 3] })).not.toContain(`is ${operator.replaceAll('_', ' ')} 1, 2 or 3`);
  });

  test('a long list is told by its beginning and its length', () => {
    const operands = Array.from({ length: 20 }, (_, i) => i);
    expect(conditionWords({ attribute: 'n', operator: 'in', operands })).toBe('n is 0, 1, 2, 3, 4, 5 or 14 more');
  });
});
