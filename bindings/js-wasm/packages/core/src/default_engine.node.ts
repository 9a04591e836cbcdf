// The engine of a program, compiled once; in Node. Servers are bundled in ways that lose files, so it travels inside
// the module, as the one that explains; regular expressions as well.
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { Engine, type WasmSource } from './engine.js';
import { webHost, type Host } from './host.js';
import { regexText, wasmText } from './wasm_text.generated.js';

interface Inflated {
  buffer: Uint8Array;
  engine: { bytesWritten: number };
}
const inflate = promisify(inflateRaw) as unknown as (bytes: Uint8Array, options: object) => Promise<Inflated>;

const nodeHost: Host = {
  ...webHost,
  // DecompressionStream of Node takes bytes behind the end of the data for granted; zlib tells how many it used.
  async inflate(bytes, size) {
    try {
      const { buffer, engine } = await inflate(bytes, { info: true, maxOutputLength: Math.max(size, 1) });
      return buffer.length === size && engine.bytesWritten === bytes.length ? buffer : undefined;
    } catch {
      return undefined;
    }
  },
};

let loaded: Promise<Engine> | undefined;

export function init(source: WasmSource, explainSource?: WasmSource, regexSource?: WasmSource): Promise<Engine> {
  return (loaded = Engine.load(source, nodeHost, explainSource, regexSource ?? regexBytes()));
}

export function engine(): Promise<Engine> {
  return (loaded ??= Engine.load(Buffer.from(wasmText, 'base64'), nodeHost, undefined, regexBytes()));
}

function regexBytes(): Uint8Array<ArrayBuffer> {
  return Buffer.from(regexText, 'base64');
}
