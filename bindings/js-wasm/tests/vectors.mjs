// The vectors of tests/vectors as JavaScript takes them; used in Node and, bundled, in a page.

/** JSON.parse() for files whose integers may be too large for a number; those become {"integer"}. */
export function parseVectors(text) {
  const exact = text.replace(/([:[,]\s*)(-?\d{16,})(?=\s*[,\]}])/g, (all, before, digits) =>
    Number.isSafeInteger(Number(digits)) ? all : `${before}{"integer": "${digits}"}`,
  );
  return JSON.parse(exact);
}

/** Values that JSON cannot tell apart in every language. */
export function valueOf(value) {
  if (Array.isArray(value)) return value.map(valueOf);
  if (typeof value !== 'object' || value === null) return value;
  if ('double' in value) return Number(valueOf(value.double));
  if ('integer' in value) return BigInt(value.integer);
  if ('bytes' in value) return textOf(bytesOf(value.bytes));
  if ('repeat' in value) {
    const [what, times] = value.repeat;
    return typeof what === 'string' ? what.repeat(times) : Array.from({ length: times }, () => what).flat();
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, valueOf(inner)]));
}

/** What is not UTF-8 elsewhere is no Unicode here. */
function textOf(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return '\ud800';
  }
}

/** An object; a list of [name, value] says the same in an order. */
export function contextOf(context) {
  if (!Array.isArray(context)) return valueOf(context);
  const attributes = {};
  for (const [name, value] of context) {
    const key = typeof name === 'string' ? name : valueOf(name);
    delete attributes[key];
    attributes[key] = valueOf(value);
  }
  return attributes;
}

const asked = { boolean: 1, string: 2, integer: 3, double: 4, json: 5 };

/** What a decision says, in the words of the vectors. */
export function answerOf(decision) {
  const answer = { reason: decision.reason };
  if (decision.variant !== undefined) {
    answer.value = decision.value;
    answer.variant = decision.variant;
  }
  if (decision.errorCode !== undefined) answer.error = decision.errorCode;
  if (decision.rule !== undefined) answer.rule = decision.rule;
  if (decision.bucket !== undefined) answer.bucket = decision.bucket;
  if (decision.exposures.length > 0) {
    answer.exposures = decision.exposures.map(exposureOf);
  }
  return answer;
}

function exposureOf(e) {
  const row = {
    experiment: e.experiment, experiment_id: e.experimentId, variant: e.variant, bucket_by: e.bucketBy, phase: e.phase,
  };
  if (e.isHoldout) row.holdout = true;
  if (e.isSticky) row.sticky = true;
  if (e.origin !== 'engine') row.origin = e.origin;
  return row;
}

export function expectedOf(expect) {
  const answer = { ...expect };
  if ('value' in answer) {
    const value = valueOf(answer.value);
    answer.value = typeof value === 'bigint' ? Number(value) : value; // a number loses digits there
  }
  if (answer.bucket === -1) delete answer.bucket;
  if (answer.variant === '') delete answer.variant;
  return answer;
}

/** Keys of the flags that warnings name: all that the module of pages says about them. */
export const brokenFlags = (warnings) => [...new Set(warnings.map((text) => /^flag "([^"]*)"/.exec(text)?.[1]))].sort();

export function overlayOf(overlay) {
  return {
    emergencyOff: overlay.emergency_off,
    stale: { fail_closed: 'failClosed', defaults: 'defaults' }[overlay.stale] ?? 'keep',
  };
}

export function stickyOf(rows, StickyAssignments) {
  return rows && new StickyAssignments(rows.map((row) => ({
    experimentId: row.experiment_id, phase: row.phase, bucketBy: row.bucket_by, unitId: row.unit_id, variant: row.variant,
  })));
}

/**
 * Calls `check(id, got, expected)` for each case of one file: with a fresh object, with a kept context, among all flags,
 * and as the last of three units.
 */
export function runEvaluationFile(file, snapshot, { Context, StickyAssignments }, check) {
  let cases = 0;
  for (const row of file.cases) {
    const overlaid = row.overlay ? snapshot.with(overlayOf(row.overlay)) : snapshot;
    const context = contextOf(row.context);
    const sticky = stickyOf(row.sticky, StickyAssignments);
    const expected = asked[row.asked] ?? 0;
    for (const given of [context, new Context(context)]) {
      const answer = overlaid.evaluate(row.flag, given, expected, row.now_ms ?? 0, sticky);
      check(row.id, answerOf(overlaid.decisionOf(row.flag, answer, undefined)), expectedOf(row.expect));
    }
    if (expected === 0) {
      const options = { nowMs: row.now_ms ?? 0, sticky };
      const all = overlaid.all(context, options);
      check(row.id, all.has(row.flag), row.expect.error !== 'FLAG_NOT_FOUND');
      if (all.has(row.flag)) check(row.id, answerOf(all.get(row.flag)), expectedOf(row.expect));
      const columns = Object.fromEntries(Object.entries(context).map(([name, value]) => [name, [null, null, value]]));
      const many = overlaid.many(row.flag, columns, options);
      if (many.length > 0) check(row.id, answerOf(many[2]), expectedOf(row.expect));
    }
    cases++;
  }
  return cases;
}

const bytesOf = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

function mutated(file, row) {
  let bytes = file.slice();
  if (row.flip !== undefined) bytes[row.flip] ^= row.xor;
  if (row.truncate !== undefined) bytes = bytes.slice(0, row.truncate);
  if (row.append !== undefined) bytes = new Uint8Array([...bytes, ...bytesOf(row.append)]);
  return bytes;
}

const knownKeys = new Set([
  'name', 'file', 'as', 'root', 'environment', 'audience', 'now_ms', 'floor', 'flip', 'xor', 'step', 'code',
  'expected_digest', 'append', 'truncate', 'expected_size',
]);

/** Runs every case of tests/vectors/wire/index.json; `read(name)` gives the bytes of a file. */
export async function runWireCases(index, read, engine, { Root, Snapshot, openHead, LoadError }, check) {
  for (const row of index.cases) {
    for (const key of Object.keys(row)) if (!knownKeys.has(key)) throw new Error(`${row.name}: unknown key ${key}`);
    const bytes = mutated(await read(row.file), row);
    const digest = row.expected_digest && bytesOf(row.expected_digest);
    const floorDigest = row.floor?.digest && bytesOf(row.floor.digest);
    let result = { code: 'OK', step: 0 };
    try {
      if (row.as === 'root') {
        await Root.parse(engine, bytes, digest);
      } else {
        const root = await Root.parse(engine, await read(row.root));
        const { environment, audience } = row;
        if (row.as === 'head') {
          const floor = row.floor && { epoch: row.floor.epoch, headNumber: row.floor.number, digest: floorDigest };
          await openHead(bytes, { root, environment, audience, floor, nowMs: row.now_ms });
        } else {
          const floor = row.floor && { epoch: row.floor.epoch, version: row.floor.number, digest: floorDigest };
          const expected = digest && { digest, sizeBytes: row.expected_size };
          await Snapshot.parse(bytes, { root, environment, audience, floor, expected });
        }
      }
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      result = { code: error.code, step: error.step };
    }
    check(row.name, result, { code: row.code, step: row.step });
  }
  return index.cases.length;
}
