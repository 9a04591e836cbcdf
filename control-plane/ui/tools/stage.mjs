// Copies this folder, without what was built or installed in it, so that nothing is written into the source tree, and
// links the engine's package into the copy. Files that are the same stay untouched; files that are gone here go there.
//
//   node tools/stage.mjs FOLDER CORE
//
// CORE is the built package @expt/core.
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [target, core] = process.argv.slice(2);
if (target === undefined || core === undefined) {
  console.error('stage: expected a folder and the package @expt/core');
  process.exit(2);
}

const isMade = (name) => ['node_modules', 'dist', 'generated', 'core', 'embedded', 'openapi.json'].includes(name) || name.endsWith('.stamp');

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
    else if (!existsSync(copied) || !readFileSync(source).equals(readFileSync(copied))) writeFileSync(copied, readFileSync(source));
  }
}

copy(here, target);
const link = path.join(target, 'core');
const isThere = lstatSync(link, { throwIfNoEntry: false }) !== undefined;
if (!isThere || readlinkSync(link) !== core) {
  rmSync(link, { recursive: true, force: true });
  symlinkSync(core, link);
}
