// Signed snapshots: what a program decides with.
//
//   const root = await Root.parse(engine, rootBytes);
//   const snapshot = await Snapshot.parse(bytes, { root, environment: 'env_7f3a' });
//   snapshot.enabled('new-checkout', { targetingKey: 'user-42', country: 'CH' });
import { Context, isNested, isPlain, maxAttributes, targetingKey, type Attributes, type AttributeValue, type FlatValue } from './context.js';
import {
  errorCodes, packed, reasons, type Decision, type Explanation, type Exposure, type FlagValue, type JsonValue,
} from './decision.js';
import type { Engine } from './engine.js';
import type { Instance } from './instance.js';
import { Root } from './root.js';
import { StickyAssignments } from './sticky.js';
import { Values } from './values.js';
import { PayloadType, withVerified } from './verification.js';

export type Audience = 'server' | 'client';

/** The newest (epoch, version) seen; nothing older is accepted. */
export interface Floor {
  epoch: number;
  version: number;
  /** Of `version`. */
  digest?: Uint8Array | undefined;
}

export interface Trust {
  root: Root;
  /** Id; absent accepts any environment of the Root. */
  environment?: string;
  /** Absent accepts both. */
  audience?: Audience;
  floor?: Floor;
  /** What a Head says about the file: digest and size of the payload as stored. */
  expected?: { digest: Uint8Array; sizeBytes: number };
}

/** keep: decide as always; defaults: the caller's default; failClosed: flags marked so serve their off variant. */
export type Stale = 'keep' | 'defaults' | 'failClosed';

export interface Overlay {
  /** Keys of flags that serve their off variant. Unknown keys are ignored. */
  emergencyOff?: readonly string[];
  stale?: Stale;
}

export interface StickyOption {
  /** What units were given before. */
  sticky?: StickyAssignments | undefined;
}

export interface EvaluateOptions extends StickyOption {
  /** Milliseconds since 1970; experiment periods are decided with it. Now when absent. */
  nowMs?: number;
}

export interface SnapshotDescription {
  readonly project: string;
  readonly environment: string;
  readonly audience: 1 | 2;
  readonly epoch: number;
  readonly version: number;
  readonly issuedAtMs: number;
  readonly digest: string;
  readonly warnings: readonly string[];
  readonly unitTypes: readonly string[];
  readonly analytics: readonly string[];
  /** Names of the attributes that its rules know, by row. */
  readonly attributes: readonly string[];
  readonly flags: readonly string[];
}

export interface ExperimentEntry {
  readonly id: string;
  readonly flag: string;
  readonly bucketBy: string;
  readonly phase: number;
  readonly variants: readonly string[];
}

/** Types that a caller may ask for, as ValueType of include/expt/value.h. */
export const Expected = { any: 0, boolean: 1, string: 2, number: 4, json: 5 } as const;

/** What the type of a caller's default asks for. */
export function expectedOf(fallback: unknown): number {
  switch (typeof fallback) {
    case 'boolean':
      return Expected.boolean;
    case 'string':
      return Expected.string;
    case 'number':
      return Expected.number;
    default:
      return Expected.json;
  }
}

// By ValueType of include/expt/value.h.
const typeNames = ['missing', 'boolean', 'string', 'integer', 'double', 'json'];

interface FlagDescription {
  type: number;
  enabled: boolean;
  broken: boolean;
  variants: [string, FlagValue][];
  rows: number[];
}

/** What is known about one flag of one instance, looked up once. */
export class FlagEntry {
  readonly key: string;
  readonly index: number;
  readonly type: string;
  readonly isEnabled: boolean;
  readonly isBroken: boolean;
  readonly variants: readonly string[];
  readonly values: readonly FlagValue[];
  /** The attributes that deciding the flag may read: rows of the snapshot's, and names. */
  readonly rows: readonly number[];
  readonly attributes: readonly string[];
  /** An object need not have them under their names: made a Context first. */
  readonly hasOtherNames: boolean;
  /** The last row of a client's counts that this flag went to, and what it was for. */
  lastCount: object | undefined;
  lastOutcome = -1;
  lastRule = 0;

  constructor(key: string, index: number, description: FlagDescription, names: readonly string[]) {
    this.key = key;
    this.index = index;
    this.type = typeNames[description.type] ?? 'missing';
    this.isEnabled = description.enabled;
    this.isBroken = description.broken;
    this.variants = description.variants.map(([variant]) => variant);
    this.values = description.variants.map(([, value]) => deepFreeze(value));
    this.rows = description.rows;
    this.attributes = description.rows.map((row) => names[row]!);
    this.hasOtherNames = this.attributes.some((name) => name.includes('.') || name === 'targetingKey');
  }
}

/** Reads the same file again, in another engine. */
type Reader = (engine: Engine) => Promise<Snapshot>;

/** What snapshots with different overlays over the same instance share. */
class Rules {
  readonly instance: Instance;
  readonly description: SnapshotDescription;
  readonly #engine: Engine;
  readonly #reader: Reader;
  #explaining: Promise<Snapshot> | undefined;
  /** The engine stopped in the middle of something: this copy of it answers nothing any more. */
  isSpoiled = false;
  readonly #values: Values; // of what is used once
  readonly #indices = new Map<string, number>();
  readonly #entries = new Map<string, FlagEntry>();

  constructor(instance: Instance, description: SnapshotDescription, engine: Engine, reader: Reader) {
    this.instance = instance;
    this.description = description;
    this.#engine = engine;
    this.#reader = reader;
    this.#values = new Values(instance, 4096);
    description.flags.forEach((key, index) => this.#indices.set(key, index));
  }

  /** The same snapshot, without an overlay, in an engine that explains. */
  explaining(): Promise<Snapshot> {
    return (this.#explaining ??= this.#engine.explainer().then(this.#reader).catch((error: unknown) => {
      this.#explaining = undefined;
      throw error;
    }));
  }

  entry(snapshot: number, key: string): FlagEntry | undefined {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const index = this.#indices.get(key);
    if (index === undefined) return undefined;
    this.instance.exports.expt_flag_describe(snapshot, index);
    const entry = new FlagEntry(
      key, index, this.instance.answer('type enabled broken variants rows') as FlagDescription,
      this.description.attributes,
    );
    this.#entries.set(key, entry);
    return entry;
  }

  /** Address of the instance's own copy of `context`: a value for every attribute. */
  adopt(context: Context): number {
    let address = context.homes?.get(this);
    if (address === undefined) {
      const { attributes } = this.description;
      const values = new Values(this.instance);
      do {
        values.begin(attributes.length);
        attributes.forEach((name, row) => values.put(row, context.flat.get(name)));
      } while (!values.isWhole());
      address = values.address;
      this.#free(context, address, /* @__KEY__ */ 'expt_free');
    }
    if (context.lastOwner !== undefined) (context.homes ??= new WeakMap()).set(context.lastOwner, context.lastAddress);
    context.lastOwner = this;
    context.lastAddress = address;
    return address;
  }

  /** What `run` decides takes `sticky` into account. */
  sticking<T>(sticky: StickyAssignments, run: () => T): T {
    const { exports } = this.instance;
    exports.expt_sticky_use(sticky.homes.get(this) ?? this.#adoptSticky(sticky));
    try {
      return run();
    } finally {
      exports.expt_sticky_use(0);
    }
  }

  #adoptSticky(sticky: StickyAssignments): number {
    const values = this.#values;
    do {
      values.begin(sticky.rows.length * 5);
      sticky.rows.forEach((row, i) =>
        [row.experimentId, row.bucketBy, row.unitId, row.variant, row.phase].forEach((value, j) =>
          values.put(i * 5 + j, value),
        ),
      );
    } while (!values.isWhole());
    const address = this.instance.exports.expt_sticky_new(values.address, sticky.rows.length);
    this.#free(sticky, address, /* @__KEY__ */ 'expt_sticky_free');
    sticky.homes.set(this, address);
    return address;
  }

  /** Has `address` freed once `owner` has gone away. */
  #free(owner: object, address: number, free: 'expt_free' | 'expt_sticky_free'): void {
    collected.register(owner, { instance: new WeakRef(this.instance), address, free });
  }

  /** Writes the attributes that `entry` reads; 0 when `context` must be adopted first. */
  write(entry: FlagEntry, context: Attributes): number {
    if (entry.hasOtherNames || !isPlain(context)) return 0;
    let count = 0;
    for (const name in context) {
      if (isNested(context[name])) return 0;
      count++;
    }
    const hasCamelKey = Object.hasOwn(context, 'targetingKey');
    if (count > maxAttributes || (hasCamelKey && Object.hasOwn(context, targetingKey))) return 0;
    const values = this.#values;
    const { attributes, rows } = entry;
    do {
      values.begin(this.description.attributes.length);
      for (let i = 0; i < rows.length; i++) {
        const name = attributes[i]!;
        values.put(rows[i]!, context[hasCamelKey && name === targetingKey ? 'targetingKey' : name] as FlatValue);
      }
    } while (!values.isWhole());
    return values.address;
  }
}

// What an instance holds for objects of JavaScript goes away with them; they do not hold the instance.
const collected = /* @__PURE__ */ new FinalizationRegistry<{
  instance: WeakRef<Instance>;
  address: number;
  free: 'expt_free' | 'expt_snapshot_free' | 'expt_sticky_free';
}>(({ instance, address, free }) => instance.deref()?.exports[free](address));

const staleNumbers = { keep: 0, defaults: 1, failClosed: 2 } as const;
const noExposures: readonly Exposure[] = Object.freeze([]);

/**
 * An immutable, verified set of flags for one environment: compiled rules, shared, and an overlay.
 * Evaluation is synchronous and never throws: on any trouble it yields the caller's default and says why.
 */
export class Snapshot {
  readonly #rules: Rules | undefined;
  readonly #address: number;
  readonly #overlay: Overlay;

  private constructor(rules: Rules | undefined, address: number, overlay: Overlay = {}) {
    this.#rules = rules;
    this.#address = address;
    this.#overlay = overlay;
    if (rules !== undefined) collected.register(this, { instance: new WeakRef(rules.instance), address, free: /* @__KEY__ */ 'expt_snapshot_free' });
  }

  /** Without flags: every evaluation yields PROVIDER_NOT_READY. */
  static readonly empty: Snapshot = /* @__PURE__ */ new Snapshot(undefined, 0);

  /** Verifies, decodes and compiles `bytes`, a whole file. Rejects with a LoadError that names step and code. */
  static async parse(bytes: Uint8Array, trust: Trust): Promise<Snapshot> {
    const { engine } = trust.root;
    const file = bytes.slice();
    const first = await engine.instantiate();
    const opened = await Snapshot.#open(first, file, trust).catch((error: unknown) => ({ error }));
    // Only here it is known whether there is a pattern. What came of it without patterns does not count, an error
    // neither: it may be that too many flags were broken.
    const regex = first.lacksPatterns ? await engine.regexModule() : undefined;
    if (regex !== undefined) return Snapshot.#open(await engine.instantiate(regex), file, trust);
    if (opened instanceof Snapshot) return opened;
    throw opened.error;
  }

  static async #open(instance: Instance, file: Uint8Array, trust: Trust): Promise<Snapshot> {
    const { root, environment = '', audience, floor, expected } = trust;
    const { engine } = root;
    // What was accepted once needs no floor.
    const again: Reader = async (other) =>
      Snapshot.parse(file, { environment, ...(audience && { audience }), root: await Root.parse(other, root.file) });
    return root.within(instance, (rootAt) => {
      const request = { type: PayloadType.snapshot, root: rootAt, environment, expected };
      return withVerified(engine, instance, file, request, (verification) => {
        const address = instance.withBytes(floor?.digest, (digest) =>
          instance.exports.expt_snapshot_open(
            verification, rootAt, audience === undefined ? 0 : audience === 'server' ? 1 : 2, floor?.epoch ?? 0,
            floor?.version ?? 0, digest,
          ),
        );
        if (address === 0) throw instance.error();
        const description = instance.answer(
          'project environment audience epoch version issuedAtMs digest warnings unitTypes analytics attributes flags',
        ) as SnapshotDescription;
        return new Snapshot(new Rules(instance, description, engine, again), address);
      });
    });
  }

  /** The same rules under another overlay. */
  with(overlay: Overlay): Snapshot {
    const rules = this.#rules;
    if (rules === undefined) return this;
    const address = rules.instance.withText((overlay.emergencyOff ?? []).join('\n'), (at, size) =>
      rules.instance.exports.expt_snapshot_with(this.#address, staleNumbers[overlay.stale ?? 'keep'], at, size),
    );
    return new Snapshot(rules, address, { ...overlay, emergencyOff: [...(overlay.emergencyOff ?? [])] });
  }

  get isReady(): boolean {
    return this.#rules !== undefined;
  }
  get project(): string {
    return this.#rules?.description.project ?? '';
  }
  /** Id. */
  get environment(): string {
    return this.#rules?.description.environment ?? '';
  }
  get audience(): Audience {
    return this.#rules?.description.audience === 2 ? 'client' : 'server';
  }
  get epoch(): number {
    return this.#rules?.description.epoch ?? 0;
  }
  /** Increases with every publish in the environment; never reused. */
  get version(): number {
    return this.#rules?.description.version ?? 0;
  }
  get issuedAtMs(): number {
    return this.#rules?.description.issuedAtMs ?? 0;
  }
  /** SHA-256 of the payload as stored, in hexadecimal. */
  get digest(): string {
    return this.#rules?.description.digest ?? '';
  }
  /** Flags that could not be compiled and other defects, each naming its place. */
  get warnings(): readonly string[] {
    return this.#rules?.description.warnings ?? [];
  }
  /** Flag keys, in the snapshot's order. */
  get flags(): readonly string[] {
    return this.#rules?.description.flags ?? [];
  }
  /** Attributes declared a unit type. */
  get unitTypes(): readonly string[] {
    return this.#rules?.description.unitTypes ?? [];
  }
  /** Attributes that may leave the process in events. */
  get analyticsAttributes(): readonly string[] {
    return this.#rules?.description.analytics ?? [];
  }
  /** Names of the attributes that deciding `flag` may read, sorted; empty for an unknown flag. */
  requiredAttributes(flag: string): readonly string[] {
    return this.entry(flag)?.attributes.toSorted() ?? [];
  }

  enabled(flag: string, context: Context | Attributes, options?: EvaluateOptions): boolean {
    return this.value(flag, context, false, options);
  }

  value(flag: string, context: Context | Attributes, fallback: boolean, options?: EvaluateOptions): boolean;
  value(flag: string, context: Context | Attributes, fallback: number, options?: EvaluateOptions): number;
  value(flag: string, context: Context | Attributes, fallback: string, options?: EvaluateOptions): string;
  value<T extends JsonValue>(flag: string, context: Context | Attributes, fallback: T, options?: EvaluateOptions): T;
  value(flag: string, context: Context | Attributes, fallback: FlagValue, options?: EvaluateOptions): FlagValue {
    const answer = this.evaluate(flag, context, expectedOf(fallback), options?.nowMs ?? Date.now(), options?.sticky);
    return this.valueOf(flag, answer, fallback);
  }

  variant(flag: string, context: Context | Attributes, fallback: string, options?: EvaluateOptions): string {
    const answer = this.evaluate(flag, context, Expected.any, options?.nowMs ?? Date.now(), options?.sticky);
    return this.entry(flag)?.variants[packed.variant(answer)] ?? fallback;
  }

  /** Everything about one decision. Without `fallback` a flag of any type is taken. */
  decision<T extends FlagValue | undefined = undefined>(
    flag: string,
    context: Context | Attributes,
    fallback?: T,
    options?: EvaluateOptions,
  ): Decision<FlagValue | T> {
    const expected = fallback === undefined ? Expected.any : expectedOf(fallback);
    const answer = this.evaluate(flag, context, expected, options?.nowMs ?? Date.now(), options?.sticky);
    return this.decisionOf(flag, answer, fallback as T);
  }

  /** Every flag's decision, by key. */
  all(context: Context | Attributes, options?: EvaluateOptions): Map<string, Decision<FlagValue | undefined>> {
    const own = context instanceof Context ? context : attempt(() => new Context(context), new Context({}));
    const nowMs = options?.nowMs ?? Date.now();
    const decisions = new Map<string, Decision<FlagValue | undefined>>();
    for (const flag of this.flags) {
      const answer = this.evaluate(flag, own, Expected.any, nowMs, options?.sticky);
      decisions.set(flag, this.decisionOf(flag, answer, undefined));
    }
    return decisions;
  }

  /** One flag's decisions for many units: row i of each column belongs to unit i. */
  many(
    flag: string, columns: Readonly<Record<string, readonly AttributeValue[]>>, options?: EvaluateOptions,
  ): Decision<FlagValue | undefined>[] {
    const given = Object.entries(columns);
    const own = { ...options, nowMs: options?.nowMs ?? Date.now() };
    return Array.from({ length: given.reduce((rows, [, { length }]) => Math.max(rows, length), 0) }, (_, row) =>
      this.decision(flag, Object.fromEntries(given.map(([name, values]) => [name, values[row]])), undefined, own),
    );
  }

  /**
   * The decision and every step that led to it, by the same code path. Pages load a second module for it the first
   * time, in which the snapshot is read once more; rejects when that fails.
   */
  async explain(flag: string, context: Context | Attributes, options?: EvaluateOptions): Promise<Explanation> {
    const rules = this.#rules;
    if (rules === undefined) return { json: { reason: 'ERROR', error_code: 'PROVIDER_NOT_READY' }, text: 'not ready' };
    const own = context instanceof Context ? context : attempt(() => new Context(context), new Context({}));
    const nowMs = options?.nowMs ?? Date.now();
    const sticky = options?.sticky;
    if (rules.instance.exports.expt_explain === undefined) {
      const other = await rules.explaining();
      return other.with(this.#overlay).explain(flag, own, { nowMs, sticky });
    }
    if (sticky == null) return this.#explainHere(rules, flag, own, nowMs);
    if (!(sticky instanceof StickyAssignments)) return this.#explainHere(rules, flag, invalidContext(), nowMs);
    return rules.sticking(sticky, () => this.#explainHere(rules, flag, own, nowMs));
  }

  #explainHere(rules: Rules, flag: string, context: Context, nowMs: number): Explanation {
    const { instance } = rules;
    const address = context.isValid ? rules.adopt(context) : 0;
    instance.withText(flag, (at, size) => instance.exports.expt_explain!(this.#address, at, size, address, nowMs));
    const [jsonAt = 0, jsonSize = 0, textAt = 0, textSize = 0] = instance.words(4);
    return {
      json: JSON.parse(instance.textAt(jsonAt, jsonSize)) as JsonValue,
      text: instance.textAt(textAt, textSize),
    };
  }

  /** The experiment of that key, if the snapshot has it. */
  experiment(key: string): ExperimentEntry | undefined {
    const rules = this.#rules;
    if (rules === undefined) return undefined;
    const { instance } = rules;
    const found = instance.withText(key, (at, size) =>
      instance.exports.expt_experiment_describe(this.#address, at, size),
    );
    return found === 0 ? undefined : (instance.answer('id flag bucketBy phase variants') as ExperimentEntry);
  }

  // For the clients of this package: one number per decision, and what it means while nothing else was asked.

  /** Decides; see `packed` in decision.ts. Never throws. */
  evaluate(
    flag: string, context: Context | Attributes, expected: number, nowMs: number, sticky?: StickyAssignments,
  ): number {
    const rules = this.#rules;
    if (sticky == null || rules === undefined || rules.isSpoiled) return this.#evaluate(flag, context, expected, nowMs);
    if (!(sticky instanceof StickyAssignments)) return this.#evaluate(flag, invalidContext(), expected, nowMs);
    return attempt(
      () => rules.sticking(sticky, () => this.#evaluate(flag, context, expected, nowMs)), packed.failure('GENERAL'),
    );
  }

  #evaluate(flag: string, context: Context | Attributes, expected: number, nowMs: number): number {
    const rules = this.#rules;
    if (rules === undefined) return packed.failure('PROVIDER_NOT_READY');
    if (rules.isSpoiled) return packed.failure('GENERAL');
    try {
      const entry = rules.entry(this.#address, flag);
      if (entry === undefined) return packed.failure('FLAG_NOT_FOUND');
      const { exports } = rules.instance;
      if (!(context instanceof Context)) {
        const block = rules.write(entry, context);
        if (block !== 0) return exports.expt_decide(this.#address, entry.index, block, expected, nowMs);
        context = new Context(context);
      }
      const own = context as Context;
      if (!own.isValid) return packed.failure('INVALID_CONTEXT');
      const address = own.lastOwner === rules ? own.lastAddress : rules.adopt(own);
      return exports.expt_decide(this.#address, entry.index, address, expected, nowMs);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) rules.isSpoiled = true;
      return packed.failure('GENERAL');
    }
  }

  /** Memory that the rules take, and with them everything that evaluating them needs. */
  get sizeBytes(): number {
    return this.#rules?.instance.sizeBytes ?? 0;
  }

  get isSpoiled(): boolean {
    return this.#rules?.isSpoiled === true;
  }

  entry(flag: string): FlagEntry | undefined {
    return this.#rules?.entry(this.#address, flag);
  }

  valueOf(flag: string, answer: number, fallback: FlagValue): FlagValue {
    const row = packed.variant(answer);
    return row < 0 ? fallback : (this.entry(flag)?.values[row] ?? null);
  }

  /** Rule id of the last evaluation. */
  lastRule(): string {
    const instance = this.#rules!.instance;
    return instance.fixedText(instance.word(1), instance.word(2));
  }

  lastRuleAddress(): number {
    const { instance } = this.#rules!;
    return instance.word(2) === 0 ? 0 : instance.word(1);
  }

  /** Exposures of the last evaluation, which gave `answer`. */
  lastExposures(answer: number): readonly Exposure[] {
    const count = packed.exposures(answer);
    if (count === 0) return noExposures;
    const { instance } = this.#rules!;
    const exposures: Exposure[] = [];
    for (let i = 0, word = 3; i < count; i++, word += 10) {
      exposures.push({
        experimentId: instance.fixedText(instance.word(word), instance.word(word + 1)),
        experiment: instance.fixedText(instance.word(word + 2), instance.word(word + 3)),
        variant: instance.fixedText(instance.word(word + 4), instance.word(word + 5)),
        bucketBy: instance.fixedText(instance.word(word + 6), instance.word(word + 7)),
        phase: instance.word(word + 8),
        isHoldout: (instance.word(word + 9) & 1) !== 0,
        isSticky: (instance.word(word + 9) & 2) !== 0,
        origin: (instance.word(word + 9) & 4) !== 0 ? 'sticky' : 'engine',
      });
    }
    return exposures;
  }

  /** The whole of the last evaluation, which gave `answer`. */
  decisionOf<T extends FlagValue | undefined>(flag: string, answer: number, fallback: T): Decision<FlagValue | T> {
    const row = packed.variant(answer);
    const error = errorCodes[packed.error(answer)]!;
    const entry = row < 0 ? undefined : this.entry(flag);
    // Where the engine was asked, it left its words.
    const wasAsked = error === '' || error === 'TARGETING_KEY_MISSING';
    const rule = wasAsked ? this.lastRule() : '';
    const bucket = wasAsked ? this.#rules!.instance.word(0) | 0 : -1;
    return {
      flag,
      value: entry === undefined ? fallback : entry.values[row]!,
      ...(entry !== undefined && { variant: entry.variants[row]! }),
      reason: reasons[packed.reason(answer)]!,
      ...(error !== '' && { errorCode: error }),
      ...(rule !== '' && { rule }),
      ...(bucket >= 0 && { bucket }),
      snapshotVersion: this.version,
      exposures: wasAsked ? this.lastExposures(answer) : noExposures,
    };
  }
}

/** Every decision for it says INVALID_CONTEXT. */
function invalidContext(): Context {
  return new Context({ targetingKey: 'a', [targetingKey]: 'b' });
}

function attempt<T>(make: () => T, otherwise: T): T {
  try {
    return make();
  } catch {
    return otherwise;
  }
}

function deepFreeze<T extends FlagValue>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach((inner) => deepFreeze(inner));
    Object.freeze(value);
  }
  return value;
}
