// Where attributes are written for the engine to read: a block of records, texts behind them. Offsets count from the
// beginning of the block, so that it may move.
//
//   | record | record | ... | texts and lists |        record: u32 type, u32 size, 8 bytes: number or u32 offset
import type { FlatValue } from './context.js';
import { isInt64 } from './context.js';
import type { Instance } from './instance.js';
import { writeUtf8 } from './text.js';

const recordSize = 16;

// As in native/record.h.
const Type = { missing: 0, boolean: 1, string: 2, safeInteger: 3, double: 4, integer: 5, list: 6 } as const;

export class Scratch {
  readonly #instance: Instance;
  #address: number;
  #capacity = 4096;
  #end = 0;
  #bytes!: Uint8Array;
  #words!: Uint32Array;
  #doubles!: Float64Array;

  constructor(instance: Instance) {
    this.#instance = instance;
    this.#address = instance.alloc(this.#capacity);
    this.#look();
  }

  #look(): void {
    const memory = this.#instance.exports.memory.buffer;
    this.#bytes = new Uint8Array(memory, this.#address, this.#capacity);
    this.#words = new Uint32Array(memory, this.#address, this.#capacity >> 2);
    this.#doubles = new Float64Array(memory, this.#address, this.#capacity >> 3);
  }

  get address(): number {
    return this.#address;
  }

  /** Begins a block of `count` records. */
  begin(count: number): void {
    this.#end = count * recordSize;
    if (this.#bytes.length === 0) this.#look();
    if (this.#end > this.#capacity) this.#grow(0);
  }

  /** Writes record `index`. A value that no context can hold is missing. */
  put(index: number, value: FlatValue): void {
    const word = index * 4;
    switch (typeof value) {
      case 'string':
        this.#putText(index, value);
        return;
      case 'number':
        this.#words[word] = Number.isSafeInteger(value) ? Type.safeInteger : Type.double;
        this.#doubles[index * 2 + 1] = value;
        return;
      case 'boolean':
        this.#words[word] = Type.boolean;
        this.#words[word + 1] = value ? 1 : 0;
        return;
      case 'bigint':
        if (!isInt64(value)) break;
        this.#words[word] = Type.integer;
        this.#words[word + 2] = Number(BigInt.asUintN(32, value));
        this.#words[word + 3] = Number(BigInt.asUintN(32, value >> 32n));
        return;
      case 'object':
        if (Array.isArray(value) && this.#putList(index, value as readonly unknown[])) return;
        break;
      default:
    }
    this.#words[word] = Type.missing;
  }

  #putText(index: number, text: string): void {
    const at = this.#reserve(text.length * 3);
    const end = writeUtf8(this.#bytes, at, text);
    const word = index * 4;
    if (end < 0) {
      this.#words[word] = Type.missing;
      return;
    }
    this.#words[word] = Type.string;
    this.#words[word + 1] = end - at;
    this.#words[word + 2] = at;
    this.#end = end;
  }

  #putList(index: number, list: readonly unknown[]): boolean {
    const pairs = (this.#reserve(list.length * 8 + 3) + 3) & ~3;
    this.#end = pairs + list.length * 8;
    for (let i = 0; i < list.length; i++) {
      const text = list[i];
      if (typeof text !== 'string') return false;
      const at = this.#reserve(text.length * 3);
      const end = writeUtf8(this.#bytes, at, text);
      if (end < 0) return false;
      this.#words[(pairs >> 2) + i * 2] = at;
      this.#words[(pairs >> 2) + i * 2 + 1] = end - at;
      this.#end = end;
    }
    const word = index * 4;
    this.#words[word] = Type.list;
    this.#words[word + 1] = list.length;
    this.#words[word + 2] = pairs;
    return true;
  }

  #reserve(size: number): number {
    if (this.#end + size > this.#capacity) this.#grow(size);
    return this.#end;
  }

  #grow(size: number): void {
    const { exports } = this.#instance;
    const capacity = (Math.max(this.#end + size, this.#capacity * 2) + 7) & ~7;
    const address = this.#instance.alloc(capacity);
    const bytes = this.#instance.bytes;
    bytes.copyWithin(address, this.#address, this.#address + this.#capacity);
    exports.expt_free(this.#address);
    this.#address = address;
    this.#capacity = capacity;
    this.#look();
  }
}
