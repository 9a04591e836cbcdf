// What the caller knows about who is asking.

export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly string[]
  | { readonly [name: string]: AttributeValue };

/** Attributes by name. Nested objects are flattened with dots; `targetingKey` is the default unit id. */
export interface Attributes {
  readonly [name: string]: AttributeValue;
}

/** What flattening leaves. */
export type FlatValue = string | number | bigint | boolean | readonly string[] | null | undefined;

/** The name of `targetingKey` inside the engine. */
export const targetingKey = 'targeting_key';
const maxDepth = 32;
/** As kMaxContextAttributes of include/expt/context.h. */
export const maxAttributes = 256;
/** More are not looked at: an object that contains itself never ends. */
const maxValues = 4096;

/** An object whose own properties are all that it has. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A set of attributes that does not change: made once, it costs less at every evaluation than an object.
 * It knows no snapshot, so one context serves any flag of any client.
 */
export class Context {
  /** Values by name; the targeting key under `targeting_key`. */
  readonly flat: ReadonlyMap<string, FlatValue>;
  /** As Context::is_valid() of include/expt/context.h: else every decision says INVALID_CONTEXT. */
  readonly isValid: boolean;
  /** Where an instance keeps its copy, the last one by itself; used by Snapshot only. */
  lastOwner: object | undefined;
  lastAddress = 0;
  homes: WeakMap<object, number> | undefined;

  constructor(attributes: Attributes) {
    const found = new Map<string, { value: FlatValue; depth: number }>();
    flatten(attributes, '', { depth: 0, left: maxValues }, found);
    const keys = ['targetingKey', targetingKey].map((name) => found.get(name)?.value);
    this.isValid = found.size <= maxAttributes && (keys.some(isMissing) || areEqual(...(keys as [FlatValue, FlatValue])));
    this.flat = new Map([...found].map(([name, { value }]) => [
      name === 'targetingKey' ? targetingKey : name, Array.isArray(value) ? Object.freeze(value.slice()) : value,
    ]));
  }
}

// An explicit dotted name wins over a nested one; of two equal names the last counts.
function flatten(
  source: object,
  prefix: string,
  bounds: { depth: number; left: number },
  out: Map<string, { value: FlatValue; depth: number }>,
): void {
  const { depth } = bounds;
  for (const [key, value] of Object.entries(source) as [string, AttributeValue][]) {
    if (bounds.left-- <= 0) return;
    const name = prefix + key;
    if (isNested(value)) {
      if (depth >= maxDepth) continue;
      bounds.depth = depth + 1;
      flatten(value, name + '.', bounds, out);
      bounds.depth = depth;
      continue;
    }
    const earlier = out.get(name);
    if (earlier === undefined || earlier.depth >= depth) out.set(name, { value: value as FlatValue, depth });
  }
}

/** The value of the flat name `name`. */
export function findAttribute(context: Context | Attributes, name: string): FlatValue {
  if (context instanceof Context) return context.flat.get(name);
  if (isPlain(context)) {
    const own = name === targetingKey ? (context['targetingKey'] ?? context[name]) : context[name];
    if (own !== undefined && !isNested(own) && Object.hasOwn(context, name === targetingKey && context['targetingKey'] != null ? 'targetingKey' : name)) {
      return own as FlatValue;
    }
  }
  return new Context(context).flat.get(name);
}

const maxExact = 2 ** 53;

/** The unit id that `value` holds as text; empty when it is none. As UnitId() of include/expt/context.h. */
export function unitId(value: FlatValue): string {
  switch (typeof value) {
    case 'string':
      return isWellFormed(value) ? value : '';
    case 'number':
      return Number.isInteger(value) && Math.abs(value) <= maxExact ? String(value === 0 ? 0 : value) : '';
    case 'bigint':
      return isInt64(value) ? String(value) : '';
    default:
      return '';
  }
}

/** To the engine: what no attribute can hold. */
function isMissing(value: FlatValue): boolean {
  if (typeof value === 'string') return !isWellFormed(value);
  if (typeof value === 'bigint') return !isInt64(value);
  if (Array.isArray(value)) return value.some((text: unknown) => typeof text !== 'string' || !isWellFormed(text));
  return typeof value !== 'number' && typeof value !== 'boolean';
}

/** Same type and same value to the engine, to which 1 and 1n are one integer; of what is not missing. */
function areEqual(a: FlatValue, b: FlatValue): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((text, i) => text === b[i]);
  const exact = (value: FlatValue) => (Number.isSafeInteger(value) ? BigInt(value as number) : value);
  return exact(a) === exact(b);
}

export function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** No lone surrogates. */
export function isWellFormed(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0xd800 || c > 0xdfff) continue;
    const low = c < 0xdc00 ? text.charCodeAt(i + 1) : 0;
    if (!(low >= 0xdc00 && low <= 0xdfff)) return false;
    i++;
  }
  return true;
}
