// What a decision costs in Node: medians of many samples, with the floor, an empty call into the module, in the same
// run. Usage: node tools/bench.mjs FOLDER [FILE.json]     FOLDER: from make_js_snapshots
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Context, engine, Root, Snapshot } from '@expt/core';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('bench: expected the folder that make_js_snapshots wrote');
  process.exit(2);
}
const read = (name) => new Uint8Array(readFileSync(path.join(folder, name)));
const root = await Root.parse(await engine(), read('root.exs1'));
const snapshot = await Snapshot.parse(read('workload.exs1'), { root, environment: 'env_workload' });
const names = JSON.parse(readFileSync(new URL('exports.json', import.meta.url), 'utf8'));
const floor = (await engine().then((own) => own.instantiate())).exports[names.expt_output];

const samples = 60;
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

/** Nanoseconds per call of `run(i)`. */
function measure(run, calls = 20_000) {
  let sink = 0;
  const times = [];
  for (let sample = -10; sample < samples; sample++) {
    const begin = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) sink += run(i) ? 1 : 0;
    if (sample >= 0) times.push(Number(process.hrtime.bigint() - begin) / calls);
  }
  if (sink === -1) throw new Error('never');
  return median(times);
}

const ids = Array.from({ length: 1024 }, (_, i) => `user-${i}`);
const attributes = (i) => ({
  targetingKey: ids[i & 1023], country: 'CH', plan: 'pro', age: 31, device: 'phone', os: 'ios', version: '17.2.1',
  language: 'de', beta: false, score: 0.75,
});
const held = ids.map((_, i) => new Context(attributes(i)));
const nowMs = 2000;
for (const context of held) snapshot.enabled('w2', context, { nowMs });
const options = { nowMs };

const rows = {
  'floor: an empty call into the module': measure(() => floor()),
  'W1 held context': measure((i) => snapshot.enabled('w1', held[i & 1023], options)),
  'W2 held context': measure((i) => snapshot.enabled('w2', held[i & 1023], options)),
  'W2 fresh object of 10 attributes': measure((i) => snapshot.enabled('w2', attributes(i), options)),
  'W4 held context, with its exposure': measure((i) => snapshot.decision('w4', held[i & 1023], undefined, options).variant),
};
// W6 and its counterpart, 1,000 decisions per call.
const thousand = await Snapshot.parse(read('all.exs1'), { root, environment: 'env_all' });
const columns = { targetingKey: ids.slice(0, 1000), country: ids.slice(0, 1000).map(() => 'CH') };
columns.plan = columns.country.map(() => 'pro');
const batches = {
  'W6 all of 1,000 flags, held context': measure((i) => thousand.all(held[i & 1023], options).size, 20),
  'the same flags one by one': measure((i) => thousand.flags.map((flag) => thousand.decision(flag, held[i & 1023], undefined, options)).length, 20),
  'one flag for 1,000 units, three columns': measure(() => snapshot.many('w2', columns, options).length, 20),
};
const many = read('many.exs1');
const loads = [];
for (let i = 0; i < 7; i++) {
  const begin = performance.now();
  await Snapshot.parse(many, { root, environment: 'env_many' });
  loads.push(performance.now() - begin);
}
for (const [name, ns] of Object.entries(rows)) console.log(`${name.padEnd(40)} ${ns.toFixed(1).padStart(8)} ns`);
for (const [name, ns] of Object.entries(batches)) console.log(`${name.padEnd(40)} ${(ns / 1000).toFixed(1).padStart(8)} us`);
console.log(`${'load 10,000 flags of one rule'.padEnd(40)} ${median(loads).toFixed(1).padStart(8)} ms`);
if (process.argv[3] !== undefined) writeFileSync(process.argv[3], JSON.stringify({ ns: { ...rows, ...batches }, loadMs: median(loads) }));
