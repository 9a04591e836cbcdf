// The OpenAPI document against the strictest rules that Redocly recommends: no error, no warning.
//
//   node --test lint_test.mjs     EXPT_OPENAPI names the document
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createConfig, lintFromString } from '@redocly/openapi-core';

const source = readFileSync(process.env.EXPT_OPENAPI, 'utf8');

async function lint(text) {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const problems = await lintFromString({ source: text, absoluteRef: 'openapi.json', config });
  return problems.map(({ severity, ruleId, message, location }) => `${severity} ${ruleId} ${location[0]?.pointer}: ${message}`);
}

test('the document has no problem', async () => {
  const { paths, openapi } = JSON.parse(source);
  const operations = Object.values(paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0);
  console.log(`openapi ${openapi}: ${operations} operations`);
  assert.ok(operations > 100);
  assert.deepEqual(await lint(source), []);
});

test('the linter finds what is wrong', async () => {
  const broken = JSON.parse(source);
  delete broken.paths['/api/v1/projects'].get.operationId;
  delete broken.paths['/api/v1/projects/{project}'].get.responses['200'];
  broken.paths['/api/v1/projects'].post.requestBody.content['application/json'].schema.$ref = '#/components/schemas/Lost';
  const found = (await lint(JSON.stringify(broken))).join('\n');
  for (const rule of ['operation-operationId', 'operation-2xx-response', 'no-unresolved-refs']) {
    assert.ok(found.includes(rule), `${rule} in ${found}`);
  }
});
