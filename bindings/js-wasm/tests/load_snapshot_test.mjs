// What a tool does with a downloaded snapshot.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { engine, loadSnapshot, LoadError, Root } from '@expt/core';
import { snapshots } from './paths.mjs';

const read = (name) => new Uint8Array(readFileSync(path.join(snapshots, name)));
const files = () => ({ snapshot: read('workload.exs1'), root: read('root.exs1'), environment: 'env_workload' });
const user = { targetingKey: 'user-42', country: 'CH', plan: 'pro', device: { os: 'ios' } };

test('a root follows another when it is the next one and no epoch falls', async () => {
  const first = await Root.parse(await engine(), read('root.exs1'));
  const second = await first.next(read('root_2.exs1'));
  assert.equal(second.version, 2);
  await assert.rejects(second.next(read('root_3_fallen.exs1')), { code: 'ROLLBACK', step: 10 });
  await assert.rejects(first.next(read('root_3_fallen.exs1')), { code: 'ROLLBACK', step: 10 });
  await assert.rejects(second.next(read('root_2.exs1')), { code: 'ROLLBACK', step: 10 });
});

test('a snapshot and its root are enough to decide, list and explain', async () => {
  const snapshot = await loadSnapshot(files());
  assert.equal(snapshot.environment, 'env_workload');
  assert.deepEqual(snapshot.flags, ['w1', 'w2', 'w4', 'size']);
  assert.deepEqual(snapshot.requiredAttributes('w2'), ['country', 'plan', 'targeting_key']);
  assert.equal(snapshot.enabled('w1', user), true);
  assert.equal(snapshot.value('size', user, 0), 50);
  const options = { nowMs: 2000 };
  const decision = snapshot.decision('w4', user, undefined, options);
  assert.equal(decision.reason, 'SPLIT');
  assert.equal(decision.exposures.length, 1);
  assert.deepEqual([...snapshot.all(user, options).keys()], snapshot.flags);
  assert.deepEqual(snapshot.all(user, options).get('w4'), decision);
  const { json, text } = await snapshot.explain('w4', user, options);
  assert.equal(json.decision.variant, decision.variant);
  assert.match(text, /w4-test/);
});

test('CommonJS gives the same', async () => {
  const snapshot = await createRequire(import.meta.url)('@expt/core').loadSnapshot(files());
  assert.equal(snapshot.value('size', user, 0), 50);
});

test('a changed byte is refused with step and code', async () => {
  const changed = files();
  changed.snapshot[changed.snapshot.length - 1] ^= 1;
  await assert.rejects(loadSnapshot(changed), (error) => {
    assert.ok(error instanceof LoadError);
    assert.deepEqual([error.code, error.step], ['BAD_SIGNATURE', 5]);
    return true;
  });
  await assert.rejects(loadSnapshot({ ...files(), environment: 'env_other' }), { code: 'UNKNOWN_KEY' });
  await assert.rejects(loadSnapshot({ ...files(), rootDigest: new Uint8Array(32) }), { code: 'DIGEST_MISMATCH' });
});
