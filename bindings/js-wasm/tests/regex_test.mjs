// Regular expressions: a module of its own, the same answers as natively, loaded only when a snapshot has a pattern.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { engine, Engine, LoadError, Root, Snapshot } from '@expt/node';
import { core, snapshots } from './paths.mjs';
import { brokenFlags } from './vectors.mjs';

const moduleOf = (name) => readFileSync(path.join(core, 'dist', 'esm', name));
const signed = (name) => readFileSync(path.join(snapshots, name));
const bytesOf = (text) => Buffer.from(text, 'latin1');

/** The module without the engine. */
async function patterns() {
  const module = new WebAssembly.Module(moduleOf('expt_regex.wasm'));
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 52;
  const { exports } = await WebAssembly.instantiate(module, imports);
  exports._initialize();
  const given = (bytes, use) => {
    const at = exports.expt_regex_alloc(bytes.length + 1);
    new Uint8Array(exports.memory.buffer).set(bytes, at);
    const result = use(at, bytes.length);
    exports.expt_regex_dealloc(at);
    return result;
  };
  return { exports, given };
}

test('every generated pattern is compiled, refused and found as natively', async () => {
  const { texts, patterns: rows } = JSON.parse(signed('regex.json'));
  const { exports, given } = await patterns();
  const counts = { compiled: 0, refused: 0, large: 0 };
  for (const [pattern, expected] of rows) {
    const regex = given(bytesOf(pattern), exports.expt_regex_compile);
    if (regex === 0) {
      const at = exports.expt_regex_defect();
      const defect = Buffer.from(exports.memory.buffer, at, exports.expt_regex_defect_size()).toString('latin1');
      assert.equal(defect, expected, pattern);
      counts[/steps|too large/.test(defect) ? 'large' : 'refused']++;
      continue;
    }
    const found = texts.map((text) => given(bytesOf(text), (at, size) => exports.expt_regex_matches(regex, at, size)));
    assert.deepEqual(found, expected, pattern);
    exports.expt_regex_free(regex);
    counts.compiled++;
  }
  console.log(counts);
  assert.ok(counts.compiled > 500 && counts.refused > 500 && counts.large > 50);
  assert.ok(rows.some(([, answer]) => String(answer).includes('pattern too large')));
});

const load = async (regex) => Engine.load(moduleOf('expt.wasm'), (await engine()).host, undefined, regex);
async function parse(own, name) {
  return Snapshot.parse(signed(name), { root: await Root.parse(own, signed('root.exs1')) });
}

test('a snapshot without patterns does not load the module', async () => {
  const own = await load('http://127.0.0.1:9/expt_regex.wasm');
  assert.ok((await parse(own, 'workload.exs1')).isReady);
});

test('while the module cannot be loaded a snapshot with patterns is not accepted; it is tried again', async (t) => {
  const own = await load('http://127.0.0.1/expt_regex.wasm');
  let isUp = false;
  t.mock.method(globalThis, 'fetch', async () => {
    if (!isUp) throw new TypeError('fetch failed');
    return new Response(moduleOf('expt_regex.wasm'), { headers: { 'content-type': 'application/wasm' } });
  });
  await assert.rejects(parse(own, 'evaluation/hostile-regex.exs1'), TypeError);
  isUp = true;
  const snapshot = await parse(own, 'evaluation/hostile-regex.exs1');
  assert.deepEqual(snapshot.warnings, []);
  assert.equal(snapshot.variant('matches', { x: 'cab' }, ''), 'true');
  assert.equal(snapshot.variant('matches', { x: 'cob' }, ''), 'false');
  await parse(own, 'evaluation/regex.exs1');
  assert.equal(fetch.mock.callCount(), 2);
});

test('where nobody said where the module is, flags with a pattern are broken', async () => {
  const error = await parse(await load(undefined), 'evaluation/hostile-regex.exs1').catch((thrown) => thrown);
  assert.ok(error instanceof LoadError, `${error}`); // all its flags
  assert.equal(error.code, 'BAD_CONTENT');
  const snapshot = await parse(await load(undefined), 'evaluation/broken-regex.exs1');
  assert.ok(brokenFlags(snapshot.warnings).length > 0, `${snapshot.warnings}`);
  assert.equal(snapshot.enabled('good0', {}), true);
  const withTexts = await Engine.load(moduleOf('expt_explain.wasm'), (await engine()).host);
  const { warnings } = await parse(withTexts, 'evaluation/broken-regex.exs1');
  assert.ok(warnings.some((text) => text.includes('regular expressions are not available here')), `${warnings}`);
  assert.deepEqual(brokenFlags(snapshot.warnings), brokenFlags(warnings));
});
