// Checks how much a first look costs: script and style of the entry and of all that it imports at once, gzip. Charts,
// playground and dialogues are loaded when they are needed and are listed apart.
//
//   node tools/first_load.mjs [FOLDER]
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const budgetKb = 180;
const folder = process.argv[2] ?? 'dist';
const manifest = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'));

function filesOf(chunk, found = new Set()) {
  const { file, css = [], imports = [] } = manifest[chunk];
  if (found.has(file)) return found;
  found.add(file);
  for (const style of css) found.add(style);
  for (const inner of imports) filesOf(inner, found);
  return found;
}

const kb = (files) => [...files].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(folder, file)), { level: 9 }).length, 0) / 1000;

const entry = Object.keys(manifest).find((chunk) => manifest[chunk].isEntry);
const first = filesOf(entry);
const firstKb = kb(first);
console.log(`first load: ${firstKb.toFixed(1)} kB gzip, budget ${budgetKb}`);
for (const chunk of Object.keys(manifest).filter((name) => manifest[name].isDynamicEntry)) {
  const more = [...filesOf(chunk)].filter((file) => !first.has(file));
  console.log(`  ${chunk}: ${kb(more).toFixed(1)} kB more`);
}
if (firstKb > budgetKb) {
  console.error(`first load: expected at most ${budgetKb} kB, got ${firstKb.toFixed(1)} kB`);
  process.exit(1);
}
