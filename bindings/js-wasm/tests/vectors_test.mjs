// The shared vectors, decided by the WASM engine in Node.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Context, engine, Engine, LoadError, openHead, Root, Snapshot, StickyAssignments } from '@expt/node';
import { core, snapshots, vectors } from './paths.mjs';
import { brokenFlags, contextOf, overlayOf, parseVectors, runEvaluationFile, runWireCases, stickyOf } from './vectors.mjs';

const folder = path.join(vectors, 'evaluation');
const files = readdirSync(folder).sort();
const signed = (name) => readFileSync(path.join(snapshots, 'evaluation', name.replace(/\.json$/, '.exs1')));

// As in a page: one module decides, another explains and says what is wrong.
const moduleOf = (name) => readFileSync(path.join(core, 'dist', 'esm', name));
const pair = async () =>
  Engine.load(moduleOf('expt.wasm'), (await engine()).host, moduleOf('expt_explain.wasm'), moduleOf('expt_regex.wasm'));
const engines = [['in Node', engine], ['by the modules of pages', pair]];

for (const [where, engineOf] of engines) test(`every evaluation vector is decided as written, ${where}`, async () => {
  const root = await Root.parse(await engineOf(), readFileSync(path.join(snapshots, 'root.exs1')));
  const hasTexts = engineOf === engine;
  let cases = 0;
  for (const name of files) {
    const file = parseVectors(readFileSync(path.join(folder, name), 'utf8'));
    if ('refused' in file) {
      await assert.rejects(Snapshot.parse(signed(name), { root }), (error) => {
        assert.ok(error instanceof LoadError, `${name}: ${error}`);
        assert.equal(error.code, 'BAD_CONTENT', name);
        assert.equal(error.step, 11, name);
        const text = hasTexts ? file.refused : 'BAD_CONTENT';
        assert.ok(error.message.includes(text), `${name}: "${error.message}" lacks "${text}"`);
        return true;
      });
      continue;
    }
    const snapshot = await Snapshot.parse(signed(name), { root });
    const said = hasTexts ? (warnings) => warnings : brokenFlags;
    assert.deepEqual(said(snapshot.warnings), said(file.warnings ?? []), name);
    cases += runEvaluationFile(file, snapshot, { Context, StickyAssignments }, (id, got, expected) => assert.deepEqual(got, expected, id));
  }
  assert.ok(cases >= 120, `only ${cases} cases`);
  console.log(hasTexts ? `vectors: ${cases}` : `by the modules of pages: ${cases}`); // counts.sh wants one line of each runner
});

for (const [where, engineOf] of engines) test(`an explanation carries the decision that is taken, ${where}`, async () => {
  const root = await Root.parse(await engineOf(), readFileSync(path.join(snapshots, 'root.exs1')));
  for (const name of files) {
    const file = parseVectors(readFileSync(path.join(folder, name), 'utf8'));
    if ('refused' in file) continue;
    const snapshot = await Snapshot.parse(signed(name), { root });
    for (const row of file.cases) {
      if (row.asked || Array.isArray(row.context)) continue;
      const context = contextOf(row.context);
      const options = { nowMs: row.now_ms ?? 0, sticky: stickyOf(row.sticky, StickyAssignments) };
      const overlaid = row.overlay ? snapshot.with(overlayOf(row.overlay)) : snapshot;
      const { json, text } = await overlaid.explain(row.flag, context, options);
      const decision = overlaid.decision(row.flag, context, undefined, options);
      assert.equal(json.decision.reason, decision.reason, row.id);
      assert.equal(json.decision.variant || undefined, decision.variant, row.id);
      assert.ok(text.includes(row.flag), row.id);
    }
  }
});

test('every wire vector ends at its step with its code', async () => {
  const wire = path.join(vectors, 'wire');
  const index = JSON.parse(readFileSync(path.join(wire, 'index.json'), 'utf8'));
  const cases = await runWireCases(
    index, (name) => new Uint8Array(readFileSync(path.join(wire, name))), await engine(),
    { Root, Snapshot, openHead, LoadError }, (name, got, expected) => assert.deepEqual(got, expected, name),
  );
  console.log(`wire vectors: ${cases} cases`);
  const known = new Set(['index.json', ...index.files.map((row) => row.file)]);
  for (const file of readdirSync(wire, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const name = path.relative(wire, path.join(file.parentPath ?? file.path, file.name));
    assert.ok(known.has(name), `${name} is in no list`);
  }
});
