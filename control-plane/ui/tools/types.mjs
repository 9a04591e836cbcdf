// Writes src/generated/openapi.ts from the OpenAPI document that exptd serves.
//
//   node tools/types.mjs openapi.json
import { readFile, mkdir, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const [source] = process.argv.slice(2);
if (!source) {
  console.error('types: expected the path of an OpenAPI document');
  process.exit(2);
}
const target = new URL('../src/generated/openapi.ts', import.meta.url);
const document = JSON.parse(await readFile(source, 'utf8'));
const text = `// Made from the server's OpenAPI document; not edited by hand.\n${astToString(await openapiTS(document, { defaultNonNullable: false }))}`;
await mkdir(new URL('.', target), { recursive: true });
// An unchanged file keeps its time, so that nothing is built again for it.
const before = await readFile(target, 'utf8').catch(() => '');
if (before !== text) await writeFile(target, text);
