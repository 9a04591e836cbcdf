// The module asks its host for nothing but what is known, and no part of a page grows unnoticed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { budget, sizes } from '../tools/size.mjs';
import { core } from './paths.mjs';

// Reached so far, with room for the same sources under another patch of the compiler; see docs/decisions/wasm-size.md.
const reached = { engine: 40_960, client: 21_500 };

test('a page loads no more than was reached', async () => {
  const found = await sizes();
  console.log(`engine ${found.engine}, client ${found.client}, page ${found.page}, budget ${budget} bytes (gzip)`);
  assert.ok(found.engine <= reached.engine, `engine: expected at most ${reached.engine} bytes, got ${found.engine}`);
  assert.ok(found.client <= reached.client, `client: expected at most ${reached.client} bytes, got ${found.client}`);
});

test('the module imports only what instance.ts gives', () => {
  const module = new WebAssembly.Module(readFileSync(path.join(core, 'dist', 'esm', 'expt.wasm')));
  assert.deepEqual(WebAssembly.Module.imports(module).map((row) => `${row.module}.${row.name}`).sort(), [
    'expt.regex_compile', 'expt.regex_free', 'expt.regex_matches', 'wasi_snapshot_preview1.proc_exit',
  ]);
});
