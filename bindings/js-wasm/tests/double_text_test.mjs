// Numbers in explanations and documents: the text that the other builds of the engine write.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { doubleText } from '@expt/core';

test('the form is that of %g', () => {
  for (const [value, text] of [
    [0, '0.0'], [-0, '-0.0'], [1, '1.0'], [20, '20.0'], [0.1, '0.1'], [-2.5, '-2.5'], [0.0001, '0.0001'],
    [0.00001, '1e-05'], [1e21, '1e+21'], [123456789012345, '123456789012345.0'], [1e15, '1e+15'],
    [1234567890123456, '1234567890123456.0'], [0.1 + 0.2, '0.30000000000000004'], [5e-324, '5e-324'],
    [1.7976931348623157e308, '1.7976931348623157e+308'], [1 / 3, '0.3333333333333333'],
  ]) {
    assert.equal(doubleText(value), text);
    assert.equal(Number(doubleText(value)), value);
  }
});

test('printf of this machine agrees on thousands of numbers', () => {
  const words = new BigUint64Array(1);
  const real = new Float64Array(words.buffer);
  const numbers = [];
  let state = 42n;
  while (numbers.length < 4000) {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    words[0] = state ^ (state >> 29n);
    if (Number.isFinite(real[0])) numbers.push(real[0], Math.round((real[0] % 1000) * 100) / 100);
  }
  const program = `
import json, sys
def text(value):
    for digits in range(1 if abs(value) < 2.2250738585072014e-308 else 15, 18):
        out = "%.*g" % (digits, value)
        if float(out) == value: break
    return out if any(c in out for c in ".e") else out + ".0"
print(json.dumps([text(float(number)) for number in json.load(sys.stdin)]))`;
  const input = JSON.stringify(numbers.map((value) => (Object.is(value, -0) ? '-0.0' : value.toExponential(20))));
  const expected = JSON.parse(execFileSync('python3', ['-c', program], { input, maxBuffer: 1 << 24 }).toString());
  numbers.forEach((value, i) => assert.equal(doubleText(value), expected[i]));
});
