// What the engine answers in Node to every unit of a world. Usage: parity_answers.mjs DIRECTORY UNITS OUT, as
// tests/parity/native_answers.cc.
import assert from 'node:assert/strict';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Context, engine, Root, Snapshot, StickyAssignments } from '@expt/node';
import { answerOf, contextOf, overlayOf, parseVectors, stickyOf } from './vectors.mjs';

const [directory, units, out] = process.argv.slice(2);
const read = (name) => readFileSync(path.join(directory, name));
const snapshot = await Snapshot.parse(read('parity.exs1'), { root: await Root.parse(await engine(), read('root.exs1')) });
assert.deepEqual(snapshot.warnings, []);
const flags = parseVectors(read('parity.json').toString()).snapshot.flags.map((flag) => flag.key);

const written = createWriteStream(out);
for await (const line of createInterface({ input: createReadStream(units) })) {
  const unit = parseVectors(line);
  const asked = unit.overlay ? snapshot.with(overlayOf(unit.overlay)) : snapshot;
  const attributes = contextOf(unit.context);
  const sticky = stickyOf(unit.sticky, StickyAssignments);
  const answers = (context) =>
    flags.map((flag) => answerOf(asked.decisionOf(flag, asked.evaluate(flag, context, 0, unit.now_ms, sticky), undefined)));
  const fresh = answers(attributes);
  assert.deepEqual(answers(new Context(attributes)), fresh, line);
  if (!written.write(`${JSON.stringify(fresh)}\n`)) await once(written, 'drain');
}
written.end();
await once(written, 'finish');
