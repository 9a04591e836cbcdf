// Sizes with gzip -9: the engine, and what a page loads in all (engine, client, loader), against the budget.
// Usage: node tools/size.mjs [FILE.json]
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import esbuild from 'esbuild';

const here = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Bytes: what a page that makes one client loads at once. The verifier for old browsers is a file of its own. */
export async function sizes() {
  const wasm = readFileSync(path.join(here, 'packages', 'core', 'dist', 'esm', 'expt.wasm'));
  const { outputFiles } = await esbuild.build({
    stdin: { contents: "import { createClient } from '@expt/web'; globalThis.createClient = createClient;", resolveDir: here },
    bundle: true, minify: true, format: 'esm', target: 'es2022', splitting: true, outdir: '/', write: false,
  });
  const main = outputFiles.find((file) => path.basename(file.path) === 'stdin.js');
  // Pieces that the main file imports statically come along.
  const parts = outputFiles.filter((file) => file === main || main.text.includes(`from"./${path.basename(file.path)}"`));
  const zipped = (bytes) => gzipSync(bytes, { level: 9 }).length;
  const engine = zipped(wasm);
  const client = parts.reduce((sum, file) => sum + zipped(file.contents), 0);
  return { engine, client, page: engine + client };
}

/** What a page may load: docs/javascript.md. */
export const budget = 60_000;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = await sizes();
  console.log(`engine   ${found.engine} bytes\nclient   ${found.client} bytes\npage     ${found.page} bytes (budget ${budget})`);
  if (process.argv[2] !== undefined) writeFileSync(process.argv[2], JSON.stringify({ ...found, budget }));
}
