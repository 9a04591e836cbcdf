// Where things are: from ctest's environment, else beside a build in build/.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const source = process.env.EXPT_SOURCE_DIR ?? path.resolve(here, '../../..');
export const binary = process.env.EXPT_BINARY_DIR ?? path.join(source, 'build');
export const snapshots = process.env.EXPT_SNAPSHOTS ?? path.join(binary, 'js_snapshots');
export const vectors = path.join(source, 'tests', 'vectors');
export const core = path.join(here, '..', 'packages', 'core');
