// Where values are written for the engine to read: a block of rows as ValueView of include/expt/value.h has them in WASM,
// texts and lists behind them.
//
//   | row | row | ... | texts and lists |     row: 8 bytes: int64, double, or u32 address and u32 size; then u32 type, u32
//
//   do {
//     values.begin(1);
//     values.put(0, 'CH');
//   } while (!values.isWhole());
import { isInt64, type FlatValue } from './context.js';
import type { Instance } from './instance.js';
import { writeUtf8 } from './text.js';

const rowSize = 16;

/** As ValueType of include/expt/value.h. */
export const enum ValueType { missing, boolean, string, integer, double, json, list }

export class Values {
  readonly #instance: Instance;
  #address = 0;
  #capacity = 0;
  #end = 0;
  #lacking = 0;
  #bytes!: Uint8Array;
  #words!: Uint32Array;
  #doubles!: Float64Array;

  constructor(instance: Instance, capacity = 0) {
    this.#instance = instance;
    this.#make(capacity);
  }

  #make(capacity: number): void {
    this.#capacity = (capacity + 7) & ~7;
    this.#address = this.#instance.alloc(this.#capacity);
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

  /** Begins a block of `count` rows. */
  begin(count: number): void {
    this.#end = count * rowSize;
    this.#lacking = 0;
    if (this.#end > this.#capacity) this.#grow(this.#end);
    if (this.#bytes.length === 0) this.#look();
  }

  /** Whether all that was put had room. If not there is more now, for putting it again from the beginning. */
  isWhole(): boolean {
    if (this.#lacking === 0) return true;
    this.#grow(this.#capacity + this.#lacking);
    return false;
  }

  #grow(capacity: number): void {
    this.#instance.exports.expt_free(this.#address);
    this.#make(capacity);
  }

  /** Writes row `index`. A value that no context can hold is missing. */
  put(index: number, value: FlatValue): void {
    const word = index * 4;
    let type = ValueType.missing;
    switch (typeof value) {
      case 'string':
        if (this.#putText(word, value)) type = ValueType.string;
        break;
      case 'number':
        if ((value | 0) === value) {
          this.#words[word] = value;
          this.#words[word + 1] = value >> 31;
          type = ValueType.integer;
        } else if (Number.isSafeInteger(value)) {
          this.#words[word] = value;
          this.#words[word + 1] = Math.floor(value / 4294967296);
          type = ValueType.integer;
        } else {
          this.#doubles[index * 2] = value;
          type = ValueType.double;
        }
        break;
      case 'boolean':
        this.#words[word] = value ? 1 : 0;
        type = ValueType.boolean;
        break;
      case 'bigint':
        if (!isInt64(value)) break;
        this.#words[word] = Number(BigInt.asUintN(32, value));
        this.#words[word + 1] = Number(BigInt.asUintN(32, value >> 32n));
        type = ValueType.integer;
        break;
      case 'object':
        if (Array.isArray(value) && this.#putList(word, value as readonly unknown[])) type = ValueType.list;
    }
    this.#words[word + 2] = type;
  }

  /** Address and size go to `word`. */
  #putText(word: number, text: string): boolean {
    const at = this.#reserve(text.length * 3);
    if (at < 0) return false;
    const end = writeUtf8(this.#bytes, at, text);
    if (end < 0) return false;
    this.#words[word] = this.#address + at;
    this.#words[word + 1] = end - at;
    this.#end = end;
    return true;
  }

  #putList(word: number, list: readonly unknown[]): boolean {
    const at = this.#reserve(list.length * 8 + 3);
    const pairs = (at + 3) & ~3;
    if (at >= 0) this.#end = pairs + list.length * 8;
    this.#words[word] = this.#address + pairs;
    this.#words[word + 1] = list.length;
    let isPut = at >= 0;
    for (let i = 0; i < list.length; i++) { // to the end, so that it is known what room all of it takes
      const text = list[i];
      if (typeof text !== 'string' || !this.#putText((pairs >> 2) + i * 2, text)) isPut = false;
    }
    return isPut;
  }

  /** Where `size` bytes may go; -1 when they have no room. */
  #reserve(size: number): number {
    if (this.#end + size <= this.#capacity) return this.#end;
    this.#lacking += size;
    return -1;
  }
}
