// What units were given before, and many decisions in one call. That assignments decide is in the shared vectors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { clientFromFile, Context, engine, Root, Snapshot, StickyAssignments } from '@expt/node';
import { snapshots } from './paths.mjs';

const read = (name) => new Uint8Array(readFileSync(path.join(snapshots, name)));
const open = async () =>
  Snapshot.parse(read('evaluation/sticky.exs1'), { root: await Root.parse(await engine(), read('root.exs1')) });
const row = { experimentId: 'id-plain', phase: 2, bucketBy: 'targeting_key', unitId: 'u1', variant: 'b' };
const other = { ...row, variant: 'a' };
const options = (...rows) => ({ nowMs: 1500, sticky: new StickyAssignments(rows) });
const user = { targetingKey: 'u1' };

test('an assignment decides in every call, and only there', async () => {
  const snapshot = await open();
  for (const [kept, variant] of [[row, 'b'], [other, 'a'], [row, 'b']]) {
    for (const context of [user, new Context(user)]) {
      const given = options(kept);
      const decision = snapshot.decision('plain', context, undefined, given);
      assert.equal(decision.variant, variant);
      assert.deepEqual(decision.exposures.map(({ origin, isSticky }) => [origin, isSticky]), [['sticky', true]]);
      assert.equal(snapshot.variant('plain', context, '', given), variant);
      assert.equal(snapshot.value('plain', context, '', given), variant.toUpperCase());
      assert.deepEqual(snapshot.all(context, given).get('plain'), decision);
      assert.match((await snapshot.explain('plain', context, given)).text, /assigned before/);
      const plain = snapshot.decision('plain', context, undefined, { nowMs: 1500 });
      assert.equal(plain.exposures[0].origin, 'engine');
      assert.ok(plain.bucket >= 0);
    }
  }
});

test('what does not apply is as none, and of equal rows the last counts', async () => {
  const snapshot = await open();
  const without = snapshot.decision('plain', user, undefined, { nowMs: 1500 });
  const strangers = [{ ...row, phase: 1 }, { ...row, unitId: '' }, { ...row, experimentId: 'ü' }, { ...row, bucketBy: 'x' }];
  assert.deepEqual(snapshot.decision('plain', user, undefined, options(...strangers)), without);
  assert.equal(snapshot.variant('plain', user, '', options(row, ...strangers, other)), 'a');
  assert.equal(snapshot.variant('plain', user, '', options()), without.variant);
  const thousand = Array.from({ length: 1000 }, (_, i) => ({ ...row, unitId: `u${i}`, variant: i % 2 ? 'a' : 'b' }));
  const kept = options(...thousand);
  for (let i = 0; i < 1000; i++) assert.equal(snapshot.variant('plain', { targetingKey: `u${i}` }, '', kept), i % 2 ? 'a' : 'b');
});

test('a wrong row is named when it is made', () => {
  const wrong = [
    [{ ...row, phase: '2' }, 'phase: expected an integer from 0 to 4294967295'],
    [{ ...row, phase: 1.5 }, 'phase: expected an integer from 0 to 4294967295'],
    [{ ...row, phase: -1 }, 'phase: expected an integer from 0 to 4294967295'],
    [{ ...row, phase: 2 ** 32 }, 'phase: expected an integer from 0 to 4294967295'],
    [{ ...row, unitId: 3 }, 'unitId: expected text'],
    [{ ...row, variant: '\ud800' }, 'variant: expected text'],
    [null, 'experimentId: expected text'],
  ];
  for (const [second, text] of wrong) {
    assert.throws(() => new StickyAssignments([row, second]), { name: 'TypeError', message: `assignments: row 2: ${text}` });
  }
  const { rows } = new StickyAssignments(new Set([row]));
  assert.deepEqual(rows, [row]);
  assert.ok(Object.isFrozen(rows) && Object.isFrozen(rows[0]));
});

test('an evaluation throws nothing for a wrong sticky', async () => {
  const snapshot = await open();
  for (const sticky of [[row], 3, {}]) {
    assert.equal(snapshot.decision('plain', user, 'x', { sticky }).errorCode, 'INVALID_CONTEXT');
    assert.equal(snapshot.value('plain', user, 'x', { sticky }), 'x');
    assert.equal((await snapshot.explain('plain', user, { sticky })).json.decision.error_code, 'INVALID_CONTEXT');
  }
  assert.equal(snapshot.variant('plain', user, '', { ...options(row), sticky: null }) !== '', true);
  assert.equal(Snapshot.empty.decision('plain', user, 'x', options(row)).errorCode, 'PROVIDER_NOT_READY');
});

test('a client of files passes it on', async () => {
  const folder = { snapshot: path.join(snapshots, 'evaluation', 'sticky.exs1'), root: path.join(snapshots, 'root.exs1') };
  const client = await clientFromFile(folder);
  const { sticky } = options({ ...row, experimentId: 'id-open' });
  assert.equal(client.variant('open', user, '', { sticky }), 'b');
  assert.equal(client.value('open', user, '', { sticky }), 'B');
  assert.equal(client.all(user, { sticky }).get('open').variant, 'b');
});

test('many units are decided as each by itself', async () => {
  const snapshot = await open();
  const ids = Array.from({ length: 100 }, (_, i) => `u${i}`);
  const many = snapshot.many('plain', { targetingKey: ids, plan: ['pro'] }, options(row));
  assert.deepEqual(many, ids.map((targetingKey, i) =>
    snapshot.decision('plain', { targetingKey, plan: i === 0 ? 'pro' : undefined }, undefined, options(row))));
  assert.deepEqual(snapshot.many('plain', {}), []);
});

test('an assignment that goes away is freed', async () => {
  const snapshot = await open();
  const rows = Array.from({ length: 500 }, (_, i) => ({ ...row, unitId: `u${i}` }));
  const decide = async (times) => {
    for (let i = 0; i < times; i++) {
      snapshot.variant('plain', user, '', { nowMs: 1500, sticky: new StickyAssignments(rows) });
      if (i % 10 !== 0) continue;
      globalThis.gc();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await decide(100);
  const before = snapshot.sizeBytes;
  await decide(300);
  assert.equal(snapshot.sizeBytes, before);
});
