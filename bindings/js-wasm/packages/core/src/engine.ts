// The compiled WASM module and the machine that it runs on.
//
//   expt.wasm           decides
//   expt_explain.wasm   the same engine, which explains as well; a page loads it when it asks for an explanation
//   expt_regex.wasm     regular expressions for either; loaded when a snapshot has one
import { webHost, type Host } from './host.js';
import { Instance } from './instance.js';

export type WasmSource = URL | string | BufferSource | WebAssembly.Module | Response | Promise<Response>;

/** Makes instances. One for a whole program is enough; thread-safe in so far as each worker has its own. */
export class Engine {
  readonly module: WebAssembly.Module;
  readonly host: Host;
  readonly #explainSource: WasmSource | undefined;
  readonly #regexSource: WasmSource | undefined;
  #explainer: Promise<Engine> | undefined;
  #decider: Engine | undefined; // of an explainer: the engine that it explains for
  #regex: Promise<WebAssembly.Module> | undefined;
  #scratch: Promise<Instance> | undefined;

  constructor(module: WebAssembly.Module, host: Host = webHost, explainSource?: WasmSource, regexSource?: WasmSource) {
    this.module = module;
    this.host = host;
    this.#explainSource = explainSource;
    this.#regexSource = regexSource;
  }

  /**
   * Compiles `source`: bytes, a compiled module, or where to fetch it. `explainSource` is expt_explain.wasm, looked at
   * when the first explanation is asked for; not needed where `source` explains itself. `regexSource` is
   * expt_regex.wasm, looked at when a snapshot has a regular expression; without it flags that need one are broken.
   */
  static async load(
    source: WasmSource,
    host: Host = webHost,
    explainSource?: WasmSource,
    regexSource?: WasmSource,
  ): Promise<Engine> {
    return new Engine(await compile(source), host, explainSource, regexSource);
  }

  /** This engine if it explains, else the one that does. Rejects when that cannot be loaded; tried again then. */
  explainer(): Promise<Engine> {
    return (this.#explainer ??= this.#findExplainer().catch((error: unknown) => {
      this.#explainer = undefined;
      throw error;
    }));
  }

  async #findExplainer(): Promise<Engine> {
    if (WebAssembly.Module.exports(this.module).some(({ name }) => name === /* @__KEY__ */ 'expt_explain')) return this;
    if (this.#explainSource === undefined) {
      throw new Error('expected the address of expt_explain.wasm, found none: give it to init()');
    }
    const explainer = await Engine.load(this.#explainSource, this.host);
    explainer.#decider = this;
    return explainer;
  }

  /** expt_regex.wasm; undefined when nobody said where it is. Rejects when it cannot be loaded; tried again then. */
  regexModule(): Promise<WebAssembly.Module | undefined> {
    if (this.#decider !== undefined) return this.#decider.regexModule();
    if (this.#regexSource === undefined) return Promise.resolve(undefined);
    return (this.#regex ??= compile(this.#regexSource).catch((error: unknown) => {
      this.#regex = undefined;
      throw error;
    }));
  }

  /** With `regex`, which is expt_regex.wasm, it knows regular expressions. */
  instantiate(regex?: WebAssembly.Module): Promise<Instance> {
    return Instance.make(this.module, regex);
  }

  /** The instance in which Roots and Heads are read. What they take stays there, so a full one is left for a new one. */
  async scratch(): Promise<Instance> {
    const instance = await (this.#scratch ??= this.instantiate());
    if (instance.isAsMade) return instance;
    return (this.#scratch = this.instantiate());
  }
}

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (ArrayBuffer.isView(source) || source instanceof ArrayBuffer) return WebAssembly.compile(source as BufferSource);
  const fetched = typeof source === 'string' || source instanceof URL ? fetch(source) : source;
  const response = await (fetched as Response | Promise<Response>);
  if (!response.ok) throw new Error(`${response.url}: expected status 200, got ${response.status}`);
  // Streaming needs the media type that not every server gives.
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('application/wasm')) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}
