// The little of protobuf that event batches need: canonical proto3, zero values left out.
import { utf8 } from './text.js';

export class ProtobufWriter {
  #bytes = new Uint8Array(256);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  /** An unsigned number, or a signed one as int64. Exact up to 2^53. */
  integer(field: number, value: number | bigint): this {
    return value == 0 ? this : this.integerAlways(field, value);
  }
  integerAlways(field: number, value: number | bigint): this {
    this.#varint(field << 3);
    this.#varint(value);
    return this;
  }
  boolean(field: number, value: boolean): this {
    return value ? this.integerAlways(field, 1) : this;
  }
  doubleAlways(field: number, value: number): this {
    this.#varint((field << 3) | 1);
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#size, value, true);
    this.#size += 8;
    return this;
  }
  text(field: number, value: string): this {
    return value === '' ? this : this.textAlways(field, value);
  }
  /** A lone surrogate makes it empty. */
  textAlways(field: number, value: string): this {
    return this.bytes(field, utf8(value) ?? new Uint8Array());
  }
  bytes(field: number, value: Uint8Array): this {
    this.#varint((field << 3) | 2);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#size);
    this.#size += value.length;
    return this;
  }
  message(field: number, write: (inner: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter();
    write(inner);
    return this.bytes(field, inner.finish());
  }

  #varint(value: number | bigint): void {
    this.#reserve(10);
    if (typeof value === 'number' && value >= 0 && value <= 0x7fffffff) {
      for (; value > 0x7f; value >>>= 7) this.#bytes[this.#size++] = (value & 0x7f) | 0x80;
      this.#bytes[this.#size++] = value;
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#size++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#size++] = Number(rest);
  }

  #reserve(more: number): void {
    if (this.#size + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#size + more, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Fields of a message, in their order. Throws a RangeError where the bytes are no message. */
export function* fieldsOf(bytes: Uint8Array): Generator<{ field: number; number: number; bytes?: Uint8Array }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= bytes.length) break;
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('expected a varint');
  };
  const take = (size: number): Uint8Array => {
    if (size > bytes.length - at) throw new RangeError(`expected ${size} bytes, found ${bytes.length - at}`);
    at += size;
    return bytes.subarray(at - size, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { field, number: varint() };
        break;
      case 1:
        yield { field, number: 0, bytes: take(8) };
        break;
      case 2:
        yield { field, number: 0, bytes: take(varint()) };
        break;
      case 5:
        yield { field, number: 0, bytes: take(4) };
        break;
      default:
        throw new RangeError('expected a wire type of proto3');
    }
  }
}

/** The numbers of a packed field. */
export function packedNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte >= 0x80) continue;
    numbers.push(value);
    value = 0;
    scale = 1;
  }
  if (scale !== 1) throw new RangeError('expected a varint');
  return numbers;
}
