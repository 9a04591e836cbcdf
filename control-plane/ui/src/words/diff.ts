// What differs between two JSON documents, place by place.

export interface Difference {
  /** Keys, positions, or ids of list entries, outermost first. */
  path: string[];
  /** undefined: was not there. */
  before: unknown;
  /** undefined: is no longer there. */
  after: unknown;
}

// Written by the server; a change of these alone says nothing.
const ownFields = new Set(['id', 'created', 'updated', 'archived', 'phases', 'phase', 'version', 'flag', 'warnings']);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What names an entry of a list over its changes: "id", "key", "metric", else nothing. */
function nameOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  for (const field of ['id', 'key', 'metric']) if (typeof value[field] === 'string') return value[field];
  return undefined;
}

function named(list: unknown[]): Map<string, unknown> | undefined {
  const entries = new Map<string, unknown>();
  for (const value of list) {
    const name = nameOf(value);
    if (name === undefined || entries.has(name)) return undefined;
    entries.set(name, value);
  }
  return entries;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null;
}

export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b || (isEmpty(a) && isEmpty(b))) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, i) => isEqual(value, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => isEqual(a[key], b[key]));
}

function compare(before: unknown, after: unknown, path: string[], out: Difference[]): void {
  if (isEqual(before, after)) return;
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (path.length === 0 && ownFields.has(key)) continue;
      compare(before[key], after[key], [...path, key], out);
    }
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const [were, are] = [named(before), named(after)];
    if (were !== undefined && are !== undefined) {
      for (const name of new Set([...were.keys(), ...are.keys()])) compare(were.get(name), are.get(name), [...path, name], out);
      const stayed = (of: Map<string, unknown>, other: Map<string, unknown>) => [...of.keys()].filter((name) => other.has(name));
      const [orderBefore, orderAfter] = [stayed(were, are), stayed(are, were)];
      if (!isEqual(orderBefore, orderAfter)) out.push({ path: [...path, 'order'], before: orderBefore, after: orderAfter });
      return;
    }
  }
  out.push({ path, before, after });
}

/** In the order of the documents' fields. */
export function differences(before: unknown, after: unknown): Difference[] {
  const out: Difference[] = [];
  compare(before ?? {}, after ?? {}, [], out);
  return out;
}
