// One running copy of the WASM module. Every snapshot has one of its own: what a snapshot takes goes away with it as a
// whole, so heaps do not grow from one snapshot to the next, and a trap spoils one snapshot only.
import { doubleText } from './double_text.js';
import { LoadError } from './load_error.js';
import { Patterns, regexImports } from './regex.js';
import { fromUtf8, hex, writeUtf8 } from './text.js';
import { ValueType } from './values.js';

/** What bindings/js-wasm/native exports. Addresses and flags are numbers; 0 is null. */
export interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  expt_output(): number;
  expt_alloc(size: number): number;
  expt_free(at: number): void;
  expt_verify_begin(
    file: number, size: number, type: number, root: number, environment: number, environmentSize: number,
    expectedDigest: number, expectedSize: number,
  ): number;
  expt_verify_free(verification: number): void;
  expt_verify_digest(verification: number, digest: number, message: number): void;
  expt_verify_check(verification: number, verified: number): number;
  expt_verify_plain(verification: number): number;
  expt_root_open(verification: number, pin: number): number;
  expt_root_follows(verification: number, root: number): number;
  expt_root_free(root: number): void;
  expt_head_open(
    verification: number, root: number, audience: number, floorEpoch: number, floorNumber: number, floorDigest: number,
    nowMs: number,
  ): number;
  expt_snapshot_open(
    verification: number, root: number, audience: number, floorEpoch: number, floorVersion: number,
    floorDigest: number,
  ): number;
  expt_snapshot_with(snapshot: number, stale: number, emergencyOff: number, size: number): number;
  expt_snapshot_free(snapshot: number): void;
  expt_flag_describe(snapshot: number, index: number): void;
  expt_experiment_describe(snapshot: number, key: number, size: number): number;
  expt_share_of(bytes: number, size: number): number;
  expt_sticky_new(rows: number, count: number): number;
  expt_sticky_free(assignments: number): void;
  expt_sticky_use(assignments: number): void;
  expt_decide(snapshot: number, flag: number, values: number, expected: number, nowMs: number): number;
  /** Only of expt_explain.wasm. */
  expt_explain?(snapshot: number, key: number, size: number, values: number, nowMs: number): void;
}

// Parts of answers whose texts are digests, and become hexadecimal.
const digests = ['digest', 'stable', 'candidate'];
const outputWords = 96;
const initialBytes = 1 << 20; // INITIAL_MEMORY of native/CMakeLists.txt

export class Instance {
  readonly exports: Exports;
  readonly patterns: Patterns | undefined;
  /** The engine asked for a regular expression, and there was no module for them. */
  lacksPatterns = false;
  #bytes!: Uint8Array;
  #words!: Uint32Array;
  readonly #output: number;
  readonly #texts = new Map<number, string>();

  private constructor(exports: Exports, patterns: Patterns | undefined) {
    this.exports = exports;
    this.patterns = patterns;
    exports._initialize();
    this.#output = exports.expt_output() >> 2;
    this.#look();
  }

  /** `regex` is expt_regex.wasm; without it, see lacksPatterns. */
  static async make(module: WebAssembly.Module, regex?: WebAssembly.Module): Promise<Instance> {
    let instance: Instance;
    const patterns = regex && (await Patterns.make(regex));
    const functions: Record<string, (...values: number[]) => number> = {
      proc_exit: () => {
        throw new WebAssembly.RuntimeError('the engine has stopped');
      },
      double_text: (value, at) => writeUtf8(instance.bytes, at!, doubleText(value!)) - at!,
      ...(regexImports(patterns, () => instance) as Record<string, (...values: number[]) => number>),
    };
    const imports: Record<string, Record<string, () => number>> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      (imports[from] ??= {})[name] = functions[name] ?? (() => 0);
    }
    const { exports } = await WebAssembly.instantiate(module, imports);
    return (instance = new Instance(exports as unknown as Exports, patterns));
  }

  #look(): void {
    this.#bytes = new Uint8Array(this.exports.memory.buffer);
    this.#words = new Uint32Array(this.exports.memory.buffer);
  }

  /** The memory now. A view is stale after any call that may allocate. */
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#look();
    return this.#bytes;
  }

  /** Its memory has not grown yet. */
  get isAsMade(): boolean {
    return this.bytes.length === initialBytes;
  }

  /** Memory that it takes in all. */
  get sizeBytes(): number {
    return this.bytes.length + (this.patterns?.sizeBytes ?? 0);
  }

  word(index: number): number {
    if (this.#words.length === 0) this.#look();
    return this.#words[this.#output + index]!;
  }

  /** The first `count` words, copied. */
  words(count: number): Uint32Array {
    if (this.#words.length === 0) this.#look();
    return this.#words.slice(this.#output, this.#output + Math.min(count, outputWords));
  }

  textAt(at: number, size: number): string {
    return fromUtf8(this.bytes.subarray(at, at + size));
  }

  /** A text of a snapshot that stays where it is as long as this instance. */
  fixedText(at: number, size: number): string {
    if (size === 0) return '';
    let text = this.#texts.get(at);
    if (text === undefined) this.#texts.set(at, (text = this.textAt(at, size)));
    return text;
  }

  /** The text that words 0 and 1 name. */
  text(): string {
    return this.textAt(this.word(0), this.word(1));
  }

  /** The parts of an answer (native/answer.h) under their `names`, which a space separates. */
  answer(names: string): unknown {
    const { buffer } = this.exports.memory;
    const words = new Uint32Array(buffer);
    const reals = new Float64Array(buffer);
    let at = this.word(0) >> 2;
    const part = (name: string): unknown => {
      const [low, high, type] = words.subarray(at, (at += 4)) as unknown as [number, number, number];
      switch (type & 255) {
        case ValueType.boolean:
          return (low & 255) !== 0;
        case ValueType.integer:
          return (high | 0) * 4294967296 + low;
        case ValueType.double:
          return reals[(at >> 1) - 2];
        case ValueType.list:
          return Array.from({ length: high }, () => part(name));
        case ValueType.json:
          return JSON.parse(this.textAt(low, high));
        default:
          return digests.includes(name) ? hex(this.bytes.subarray(low, low + high)) : this.textAt(low, high);
      }
    };
    return Object.fromEntries(names.split(' ').map((name) => [name, part(name)]));
  }

  error(): LoadError {
    return new LoadError(this.word(2), this.word(3), this.text());
  }

  alloc(size: number): number {
    const at = this.exports.expt_alloc(Math.max(size, 1));
    if (at === 0) throw new RangeError(`expected ${size} bytes of memory, found less`);
    return at;
  }

  /** A copy of `bytes` in the module's memory; the caller frees it. */
  put(bytes: Uint8Array): number {
    const at = this.alloc(bytes.length);
    this.bytes.set(bytes, at);
    return at;
  }

  /** Calls `use` with address and size of `text`; a lone surrogate makes it empty. */
  withText<T>(text: string, use: (at: number, size: number) => T): T {
    const at = this.alloc(text.length * 3);
    try {
      return use(at, Math.max(0, writeUtf8(this.bytes, at, text) - at));
    } finally {
      this.exports.expt_free(at);
    }
  }

  /** Calls `use` with the address of `bytes`, 0 for undefined. */
  withBytes<T>(bytes: Uint8Array | undefined, use: (at: number) => T): T {
    if (bytes === undefined) return use(0);
    const at = this.put(bytes);
    try {
      return use(at);
    } finally {
      this.exports.expt_free(at);
    }
  }
}
