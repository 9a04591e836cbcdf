// The engine of a program, compiled once. This file is the one for browsers; default_engine.node.ts takes its place in
// Node.
import { Engine, type WasmSource } from './engine.js';
import { webHost } from './host.js';

let loaded: Promise<Engine> | undefined;

/**
 * Says where the engine is when it is not beside this file: an address, bytes or a compiled module. Optional; to be
 * called before the first client or snapshot is made. `explainSource` is expt_explain.wasm, for explanations,
 * `regexSource` expt_regex.wasm, for regular expressions.
 */
export function init(source: WasmSource, explainSource?: WasmSource, regexSource?: WasmSource): Promise<Engine> {
  return (loaded = Engine.load(source, webHost, explainSource, regexSource));
}

/** The engine; loaded on first use. */
export function engine(): Promise<Engine> {
  return (loaded ??= beside().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  }));
}

async function beside(): Promise<Engine> {
  // CommonJS does not know its own address.
  if (!import.meta.url) throw new Error('expected the address of expt.wasm, found none: call init() first');
  const explainSource = new URL('./expt_explain.wasm', import.meta.url);
  const regexSource = new URL('./expt_regex.wasm', import.meta.url);
  return Engine.load(new URL('./expt.wasm', import.meta.url), webHost, explainSource, regexSource);
}
