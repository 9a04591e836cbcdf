import { describe, expect, test } from 'vitest';
import { changeLines, changeTitle } from '../src/words/change';
import { differences } from '../src/words/diff';

const rule = { id: 'alps', condition: { attribute: 'country', operator: 'in', operands: ['CH'] }, coverage: { ppm: 250_000, salt: 's', bucket_by: 'targeting_key' }, serve: { variant: 'on' } };
const before = { enabled: true, off_variant: 'off', rules: [rule], default_serve: { variant: 'off' } };

function lines(after: object) {
  return changeLines({ change: 'updated', before, after } as never);
}

describe('a change in plain words', () => {
  test('the switch', () => {
    expect(lines({ ...before, enabled: false })).toEqual([{ what: 'Switch', before: 'on', after: 'off' }]);
  });
  test('coverage', () => {
    expect(lines({ ...before, rules: [{ ...rule, coverage: { ...rule.coverage, ppm: 500_000 } }] })).toEqual([
      { what: 'Rule alps: coverage', before: '25 %', after: '50 %' },
    ]);
  });
  test('coverage that was not there', () => {
    const all = { ...before, rules: [{ ...rule, coverage: null }] };
    expect(changeLines({ change: 'updated', before: all, after: before } as never)).toEqual([
      { what: 'Rule alps: coverage', before: 'everyone', after: '25 %' },
    ]);
  });
  test('coverage that becomes a ramp, and a ramp that changes', () => {
    const ramp = (ppm: number) => ({ bucket_by: 'targeting_key', salt: 's', ramp: { points: [{ time: '2030-01-01T00:00:00Z', ppm }] } });
    expect(lines({ ...before, rules: [{ ...rule, coverage: ramp(500_000) }] })).toContainEqual(
      { what: 'Rule alps: coverage', after: 'a share that rises in steps: 50 % at 2030-01-01 00:00 UTC' },
    );
    const had = { ...before, rules: [{ ...rule, coverage: ramp(500_000) }] };
    expect(changeLines({ change: 'updated', before: had, after: { ...before, rules: [{ ...rule, coverage: ramp(1_000_000) }] } } as never)).toEqual([{
      what: 'Rule alps: coverage',
      before: 'a share that rises in steps: 50 % at 2030-01-01 00:00 UTC',
      after: 'a share that rises in steps: 100 % at 2030-01-01 00:00 UTC',
    }]);
  });
  test('holdouts of a rule, and prerequisites', () => {
    expect(lines({ ...before, rules: [{ ...rule, holdouts: ['yearly'] }] })).toEqual([{ what: 'Rule alps: holdouts', before: 'none', after: 'yearly' }]);
    expect(lines({ ...before, prerequisites: [{ flag: 'api', variants: ['on'] }] })).toEqual([
      { what: 'Prerequisites', before: 'none', after: 'Only where flag api gives variant on; elsewhere the off variant.' },
    ]);
  });
  test('a condition is read as a whole, once', () => {
    const changed = { ...rule, condition: { attribute: 'plan', operator: 'equals', operands: ['pro'] } };
    expect(lines({ ...before, rules: [changed] })).toEqual([
      { what: 'Rule alps: condition', before: 'country is “CH”', after: 'plan is “pro”' },
    ]);
  });
  test('a new rule, and one that is gone', () => {
    const other = { id: 'all', serve: { variant: 'on' } };
    expect(lines({ ...before, rules: [rule, other] })).toEqual([{ what: 'Rule all', after: 'Everyone gets variant on.' }]);
    expect(lines({ ...before, rules: [] })).toMatchObject([{ what: 'Rule alps', before: expect.stringContaining('25 %') }]);
  });
  test('the order of rules', () => {
    const other = { id: 'all', serve: { variant: 'on' } };
    expect(changeLines({ change: 'updated', before: { rules: [rule, other] }, after: { rules: [other, rule] } } as never)).toEqual([
      { what: 'Order of rules', before: 'alps, all', after: 'all, alps' },
    ]);
  });
  test('the default, from a variant to a split', () => {
    expect(lines({ ...before, default_serve: { split: { weights: { on: 500_000, off: 500_000 } } } })).toEqual([
      { what: 'Default', before: 'variant off', after: 'a split by targeting key: on 50 %, off 50 %' },
    ]);
  });
  test('the off variant', () => {
    expect(lines({ ...before, off_variant: null })).toEqual([{ what: 'Off variant', before: 'off', after: 'the caller’s default' }]);
  });
  test('what the server writes is no change', () => {
    expect(lines({ ...before, updated: '2030-01-01T00:00:00Z', id: 'x' })).toEqual([]);
  });
  test('archived', () => {
    expect(changeLines({ change: 'archived', before, after: null } as never)).toEqual([{ what: 'Archived' }]);
  });
  test('titles say what it is', () => {
    expect(changeTitle({ kind: 'flag_configuration', key: 'a' })).toBe('Flag a: what it serves');
    expect(changeTitle({ kind: 'experiment', key: 'a' })).toBe('Experiment a');
  });
});

describe('differences', () => {
  test('null and left out are the same', () => {
    expect(differences({ a: null }, {})).toEqual([]);
  });
  test('lists without names are compared as values', () => {
    expect(differences({ tags: ['a', 'b'] }, { tags: ['a'] })).toEqual([{ path: ['tags'], before: ['a', 'b'], after: ['a'] }]);
  });
  test('the order of fields does not matter', () => {
    expect(differences({ x: { a: 1, b: 2 } }, { x: { b: 2, a: 1 } })).toEqual([]);
  });
});
