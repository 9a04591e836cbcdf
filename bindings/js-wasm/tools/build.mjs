// Builds the packages: types with TypeScript, modules with esbuild, the engine beside them.
// Usage: node tools/build.mjs FOLDER     FOLDER: with expt.wasm, expt_explain.wasm and expt_regex.wasm
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import esbuild from 'esbuild';

const here = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const modules = process.argv[2];
if (modules === undefined) {
  console.error('build: expected the folder of expt.wasm');
  process.exit(2);
}
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

// In Node the engine comes from another file.
const nodeFiles = {
  name: 'node-files',
  setup(build) {
    build.onResolve({ filter: /\/default_engine\.js$/ }, ({ resolveDir }) => ({
      path: path.join(resolveDir, 'default_engine.node.ts'),
    }));
  },
};

// The modules export short names (native/compact.py), so their properties are called by these. A name that is a string
// says so: /* @__KEY__ */.
const exportNames = JSON.parse(readFileSync(path.join(here, 'tools', 'exports.json'), 'utf8'));

async function bundle(folder, format, forNode) {
  await esbuild.build({
    entryPoints: [path.join(folder, 'src', 'index.ts')],
    outfile: path.join(folder, 'dist', format, forNode ? 'index.node.js' : 'index.js'),
    bundle: true,
    packages: 'external',
    format,
    target: 'es2022',
    platform: forNode ? 'node' : 'neutral',
    plugins: forNode ? [nodeFiles] : [],
    // CommonJS has no import.meta; there the engine's address is given to init().
    define: format === 'cjs' ? { 'import.meta.url': 'undefined' } : {},
    mangleProps: new RegExp(`^(${Object.keys(exportNames).join('|')})$`),
    mangleCache: exportNames,
    legalComments: 'none',
    logLevel: 'warning',
    logOverride: { 'empty-import-meta': 'silent' },
  });
}

const bundlesOf = { core: [false, true], node: [true], web: [false] };
for (const [name, bundles] of Object.entries(bundlesOf)) {
  const folder = path.join(here, 'packages', name);
  const dist = path.join(folder, 'dist');
  rmSync(dist, { recursive: true, force: true });
  for (const format of ['esm', 'cjs']) mkdirSync(path.join(dist, format), { recursive: true });
  if (name === 'core') {
    for (const format of ['esm', 'cjs']) {
      for (const file of ['expt.wasm', 'expt_explain.wasm', 'expt_regex.wasm']) {
        cpSync(path.join(modules, file), path.join(dist, format, file));
      }
    }
    const textOf = (file) => readFileSync(path.join(modules, file)).toString('base64');
    writeFileSync(path.join(folder, 'src', 'wasm_text.generated.ts'),
      `export const wasmText: string = '${textOf('expt_explain.wasm')}';\n` +
      `export const regexText: string = '${textOf('expt_regex.wasm')}';\n`);
  }
  execFileSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' });
  for (const format of ['esm', 'cjs']) for (const forNode of bundles) await bundle(folder, format, forNode);
  // Types of CommonJS are the same text in a folder that says so.
  for (const file of readdirSync(path.join(dist, 'esm'))) {
    if (file.endsWith('.d.ts')) cpSync(path.join(dist, 'esm', file), path.join(dist, 'cjs', file));
  }
  writeFileSync(path.join(dist, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
}
