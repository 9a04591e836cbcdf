// Regular expressions, which are another module: expt_regex.wasm, loaded when a snapshot has a pattern. Every instance
// of the engine has a copy of its own, which goes away with it.
import type { Instance } from './instance.js';

/** What bindings/js-wasm/regex exports. */
interface RegexExports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  expt_regex_alloc(size: number): number;
  expt_regex_dealloc(at: number): void;
  expt_regex_compile(pattern: number, size: number): number;
  expt_regex_defect(): number;
  expt_regex_defect_size(): number;
  expt_regex_matches(regex: number, text: number, size: number): number;
  expt_regex_free(regex: number): void;
}

const noSystem = 52; // ENOSYS of WASI: there is no environment of variables
const maxText = 512; // kMaxRegexInput of src/eval/regex.h; the engine asks for no longer one

/** One running copy. */
export class Patterns {
  readonly #exports: RegexExports;
  readonly #room: number;
  #bytes: Uint8Array;

  private constructor(exports: RegexExports) {
    this.#exports = exports;
    exports._initialize();
    this.#room = this.#alloc(maxText);
    this.#bytes = new Uint8Array(exports.memory.buffer);
  }

  static async make(module: WebAssembly.Module): Promise<Patterns> {
    const imports: Record<string, Record<string, () => number>> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      (imports[from] ??= {})[name] = () => {
        if (name === 'proc_exit') throw new WebAssembly.RuntimeError('regular expressions have stopped');
        return noSystem;
      };
    }
    return new Patterns((await WebAssembly.instantiate(module, imports)).exports as unknown as RegexExports);
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  /** The memory now. A view is stale after any call that may allocate. */
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.#exports.memory.buffer);
    return this.#bytes;
  }

  #alloc(size: number): number {
    const at = this.#exports.expt_regex_alloc(Math.max(size, 1));
    if (at === 0) throw new WebAssembly.RuntimeError(`regular expressions: expected ${size} bytes of memory, found less`);
    return at;
  }

  /** Handle, or what is wrong with the pattern, in UTF-8. */
  compile(pattern: Uint8Array): number | Uint8Array {
    const exports = this.#exports;
    const at = this.#alloc(pattern.length);
    this.bytes.set(pattern, at);
    const handle = exports.expt_regex_compile(at, pattern.length);
    exports.expt_regex_dealloc(at);
    if (handle !== 0) return handle;
    const defect = exports.expt_regex_defect();
    return this.bytes.slice(defect, defect + exports.expt_regex_defect_size());
  }

  /** Whether the `size` bytes at `at` of `memory` match. Copied by a loop: texts are short. */
  matches(handle: number, memory: Uint8Array, at: number, size: number): number {
    const bytes = this.bytes;
    const room = this.#room;
    for (let i = 0; i < size; i++) bytes[room + i] = memory[at + i]!;
    return this.#exports.expt_regex_matches(handle, room, size);
  }

  free(handle: number): void {
    this.#exports.expt_regex_free(handle);
  }
}

/** What the engine imports for native/regex.cc; `instance` is there once it is asked. */
export function regexImports(patterns: Patterns | undefined, instance: () => Instance) {
  return {
    regex_compile(at: number, size: number, defectAt: number): number {
      const engine = instance();
      if (patterns === undefined) {
        engine.lacksPatterns = true;
        return 0;
      }
      const compiled = patterns.compile(engine.bytes.subarray(at, at + size));
      if (typeof compiled === 'number') return compiled;
      const text = engine.put(compiled); // the engine frees it
      new Uint32Array(engine.bytes.buffer, defectAt, 2).set([text, compiled.length]);
      return 0;
    },
    regex_matches: (handle: number, at: number, size: number): number =>
      patterns!.matches(handle, instance().bytes, at, size),
    regex_free(handle: number): number {
      patterns!.free(handle);
      return 0;
    },
  };
}
