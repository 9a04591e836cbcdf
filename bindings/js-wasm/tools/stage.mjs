// Copies this workspace and its examples, without what was built or installed in them, so that nothing is written into
// the source tree. Files that are the same stay untouched; files that are gone here go there too.
// Usage: node tools/stage.mjs FOLDER
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const target = process.argv[2];
if (target === undefined) {
  console.error('stage: expected a folder');
  process.exit(2);
}

const isMade = (name) =>
  name === 'node_modules' || name === 'dist' || name.endsWith('.stamp') || name.includes('.generated.');

function copy(from, to) {
  mkdirSync(to, { recursive: true });
  const names = readdirSync(from).filter((name) => !isMade(name));
  for (const name of readdirSync(to)) {
    if (!isMade(name) && !names.includes(name)) rmSync(path.join(to, name), { recursive: true });
  }
  for (const name of names) {
    const source = path.join(from, name);
    const copied = path.join(to, name);
    if (statSync(source).isDirectory()) copy(source, copied);
    else if (!existsSync(copied) || !readFileSync(source).equals(readFileSync(copied))) {
      writeFileSync(copied, readFileSync(source));
    }
  }
}

mkdirSync(target, { recursive: true });
for (const name of ['packages', 'tests', 'tools']) copy(path.join(here, name), path.join(target, name));
for (const name of ['node', 'web']) {
  copy(path.join(here, '..', '..', 'examples', name), path.join(target, 'examples', name));
}
for (const name of ['package.json', 'package-lock.json', 'tsconfig.base.json']) {
  const text = readFileSync(path.join(here, name));
  const copied = path.join(target, name);
  if (!existsSync(copied) || !text.equals(readFileSync(copied))) writeFileSync(copied, text);
}
