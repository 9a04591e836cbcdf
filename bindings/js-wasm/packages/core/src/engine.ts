// The compiled WASM module and the machine that it runs on.
import { webHost, type Host } from './host.js';
import { Instance } from './instance.js';

export type WasmSource = URL | string | BufferSource | WebAssembly.Module | Response | Promise<Response>;

/** Makes instances. One for a whole program is enough; thread-safe in so far as each worker has its own. */
export class Engine {
  readonly module: WebAssembly.Module;
  readonly host: Host;
  #scratch: Promise<Instance> | undefined;

  constructor(module: WebAssembly.Module, host: Host = webHost) {
    this.module = module;
    this.host = host;
  }

  /** Compiles `source`: bytes, a compiled module, or where to fetch it. */
  static async load(source: WasmSource, host: Host = webHost): Promise<Engine> {
    return new Engine(await compile(source), host);
  }

  instantiate(): Promise<Instance> {
    return Instance.make(this.module);
  }

  /** The instance in which Roots and Heads are read. */
  scratch(): Promise<Instance> {
    return (this.#scratch ??= this.instantiate());
  }
}

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (ArrayBuffer.isView(source) || source instanceof ArrayBuffer) return WebAssembly.compile(source as BufferSource);
  const fetched = typeof source === 'string' || source instanceof URL ? fetch(source) : source;
  const response = await (fetched as Response | Promise<Response>);
  if (!response.ok) throw new Error(`expt.wasm: expected status 200, got ${response.status}`);
  // Streaming needs the media type that not every server gives.
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('application/wasm')) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}
