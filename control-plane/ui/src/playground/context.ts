// A context as a person pastes it.
import type { Attributes } from '@expt/core';

export type ParsedContext = { attributes: Attributes } | { problem: string };

const integer = /^-?\d+$/;

/** Integers that a double cannot hold stay exact. */
function exact(_: string, value: unknown, source?: { source?: string }): unknown {
  const text = source?.source;
  if (typeof value === 'number' && !Number.isSafeInteger(value) && text !== undefined && integer.test(text)) return BigInt(text);
  return value;
}

/** `problem` is a sentence for the field. */
export function parseContext(text: string): ParsedContext {
  let value: unknown;
  try {
    value = (JSON.parse as (text: string, reviver: typeof exact) => unknown)(text, exact);
  } catch (error) {
    return { problem: `expected JSON: ${(error as Error).message}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: `expected an object such as {"targetingKey": "user-42"}, found ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}` };
  }
  return { attributes: value as Attributes };
}
