import { describe, expect, test } from 'vitest';
import { placeProblems, Refusal, refusalOf, refusalText } from '../src/api/problem';

const refusal = new Refusal(422, {
  type: 'about:blank', title: 'Unprocessable Content', status: 422, detail: 'document is not valid: flag "a"',
  errors: [
    { pointer: '/key', text: 'expected 1 to 128 characters' },
    { pointer: '/variants/0/value', text: 'expected a string' },
    { pointer: '/variants/0/key', text: 'taken' },
    { pointer: '/rules/3', text: 'no serve' },
    { pointer: '', text: 'too large' },
  ],
});

describe('the server’s sentences', () => {
  test('stand beside their fields, the others above the form', () => {
    expect(placeProblems(refusal, { '/key': 'key', '/variants': 'variants', '/variants/0': 'first' })).toEqual({
      fields: { key: 'expected 1 to 128 characters', first: 'expected a string; taken' },
      others: ['/rules/3: no serve', 'too large'],
    });
  });
  test('a pointer that only begins alike is another place', () => {
    const { fields, others } = placeProblems(
      new Refusal(422, { type: 'about:blank', title: 't', status: 422, errors: [{ pointer: '/keys', text: 'x' }] }), { '/key': 'key' });
    expect(fields).toEqual({});
    expect(others).toEqual(['/keys: x']);
  });
  test('a refusal without places is told as a whole', () => {
    expect(placeProblems(refusalOf(409, { title: 'Conflict', status: 409, detail: 'key is taken' }), { '/key': 'key' })).toEqual({
      fields: {}, others: ['key is taken'],
    });
  });
  test('a body that is no problem still gives a sentence', () => {
    expect(refusalText(refusalOf(502, '<html>'))).toBe('The server answered with status 502');
    expect(refusalText(new TypeError('failed to fetch'))).toBe('The server cannot be reached.');
  });
  test('who was slower is told what to do', () => {
    expect(refusalText(refusalOf(412, { title: 'Precondition Failed', status: 412 }))).toContain('Somebody else changed this');
  });
});
