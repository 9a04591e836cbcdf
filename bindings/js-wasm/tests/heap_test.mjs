// Memory stays where it is: over swaps of snapshots, over evaluations, over contexts that come and go.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Context, engine, Engine, Root, Snapshot } from '@expt/core';
import { core, snapshots } from './paths.mjs';

const read = (name) => new Uint8Array(readFileSync(path.join(snapshots, name)));
const user = { targetingKey: 'user-42', country: 'CH', plan: 'pro', device: { os: 'ios' }, tags: ['a', 'ü'] };
const settle = async () => {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
};

test('a thousand swaps leave one snapshot behind', async () => {
  const root = await Root.parse(await engine(), read('root.exs1'));
  const file = read('workload.exs1');
  const alive = [];
  const context = new Context(user);
  let current;
  const used = [];
  for (let i = 1; i <= 1000; i++) {
    current = await Snapshot.parse(file, { root, environment: 'env_workload' });
    assert.equal(current.value('size', context, 0), 50);
    alive.push(new WeakRef(current));
    if (i % 100 !== 0) continue;
    await settle();
    used.push(process.memoryUsage().arrayBuffers + process.memoryUsage().external);
  }
  await settle();
  assert.ok(alive.filter((ref) => ref.deref() !== undefined).length <= 2);
  // From the first hundred to the last one: less than what one more snapshot takes.
  assert.ok(used.at(-1) - used[0] < current.sizeBytes, used.join(' '));
  assert.equal((await root.engine.scratch()).bytes.length, 1 << 20);
});

test('evaluations and passing contexts take no memory', async () => {
  const root = await Root.parse(await engine(), read('root.exs1'));
  const snapshot = await Snapshot.parse(read('workload.exs1'), { root, environment: 'env_workload' });
  const before = snapshot.sizeBytes;
  for (let i = 0; i < 100_000; i++) {
    snapshot.enabled('w2', { ...user, targetingKey: `u${i}`, device: undefined });
    if (i % 10 === 0) snapshot.enabled('w2', new Context({ ...user, targetingKey: `u${i}` }));
    if (i % 1000 === 0) {
      await snapshot.explain('w4', user);
      await settle();
    }
  }
  assert.equal(snapshot.sizeBytes, before);
});

test('evaluations by the module of pages, which frees little, take no memory', async () => {
  const wasm = readFileSync(path.join(core, 'dist', 'esm', 'expt.wasm'));
  const root = await Root.parse(await Engine.load(wasm, (await engine()).host), read('root.exs1'));
  const snapshot = await Snapshot.parse(read('evaluation/hashed.exs1'), { root });
  const before = snapshot.sizeBytes;
  let found = 0;
  for (let i = 0; i < 100_000; i++) {
    const mail = i % 2 === 0 ? `XX${'AÉ'.repeat(150)}` : `User${i}@example.org`;
    if (snapshot.variant('long-folded', { mail }, '') === 'true') found++;
    snapshot.variant('folded', { mail }, '');
  }
  assert.equal(found, 50_000);
  assert.equal(snapshot.sizeBytes, before);
});
