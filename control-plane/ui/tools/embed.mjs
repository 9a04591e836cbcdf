// Turns the built files into a source of exptd: the table that assets.h promises, and assembly that includes their
// bytes, as built and gzip.
//
//   node tools/embed.mjs DIST OUT
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const [dist, out] = process.argv.slice(2);
if (dist === undefined || out === undefined) {
  console.error('embed: expected the folder of the built files and a folder to write to');
  process.exit(2);
}

const contentTypes = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

function filesIn(folder) {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    return statSync(file).isDirectory() ? filesIn(file) : [file];
  });
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const assets = filesIn(dist)
  .map((file) => ({ file, address: `/${path.relative(dist, file).split(path.sep).join('/')}` }))
  .filter(({ address }) => address !== '/manifest.json') // of the build, not of the page
  .sort((a, b) => (a.address < b.address ? -1 : 1));

const assembly = [];
const declarations = [];
const rows = [];

function include(label, file, bytes) {
  // The digest makes this text change whenever the bytes do.
  assembly.push(
    `  .globl ${label}\n  .hidden ${label}\n  .globl ${label}_end\n  .hidden ${label}_end\n  .balign 16`,
    `${label}: /* ${createHash('sha256').update(bytes).digest('hex')} */\n  .incbin "${path.resolve(file)}"\n${label}_end:`,
  );
  declarations.push(`extern "C" const char ${label}[];\nextern "C" const char ${label}_end[];`);
  return `Between(${label}, ${label}_end)`;
}

for (const [i, { file, address }] of assets.entries()) {
  const contentType = contentTypes[path.extname(file)];
  if (contentType === undefined) {
    console.error(`embed: "${address}": expected one of ${Object.keys(contentTypes).join(' ')}`);
    process.exit(1);
  }
  const bytes = readFileSync(file);
  const compressed = gzipSync(bytes, { level: 9 });
  const plain = include(`expt_ui_asset_${i}`, file, bytes);
  let gzip = '{}';
  if (compressed.length < bytes.length) {
    const gzipped = path.join(out, `${i}.gz`);
    writeFileSync(gzipped, compressed);
    gzip = include(`expt_ui_asset_${i}_gzip`, gzipped, compressed);
  }
  rows.push(`    {"${address}", "${contentType}", ${plain},\n     ${gzip}},`);
}

writeFileSync(
  path.join(out, 'assets.cc'),
  `// Made by control-plane/ui/tools/embed.mjs.
#include "control-plane/ui/assets.h"

__asm__(R"(
  .pushsection .rodata
${assembly.join('\n')}
  .popsection
)");

${declarations.join('\n')}

namespace expt::ui {
namespace {

std::string_view Between(const char* begin, const char* end) { return {begin, static_cast<size_t>(end - begin)}; }

}  // namespace

std::span<const Asset> Assets() {
  static const Asset assets[] = {
${rows.join('\n')}
  };
  return assets;
}

}  // namespace expt::ui
`,
);
