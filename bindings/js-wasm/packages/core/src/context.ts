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
/** More are not looked at: a context may have 256, and an object that contains itself never ends. */
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
  /** Flat names as given, in their order: the engine decides what two names of the targeting key mean. */
  readonly given: readonly (readonly [string, FlatValue])[];
  /** Values by name; the targeting key under `targeting_key`. */
  readonly flat: ReadonlyMap<string, FlatValue>;
  /** Where an instance keeps its copy, the last one by itself; used by Snapshot only. */
  lastOwner: object | undefined;
  lastAddress = 0;
  homes: WeakMap<object, number> | undefined;

  constructor(attributes: Attributes) {
    const found = new Map<string, { value: FlatValue; depth: number }>();
    flatten(attributes, '', { depth: 0, left: maxValues }, found);
    const given = [...found].map(
      ([name, { value }]) => [name, Array.isArray(value) ? Object.freeze(value.slice()) : value] as const,
    );
    this.given = given;
    this.flat = new Map(given.map(([name, value]) => [name === 'targetingKey' ? targetingKey : name, value]));
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
