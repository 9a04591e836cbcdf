// A program ends by itself when it has nothing more to do.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Exptd } from './exptd.mjs';

let exptd;
before(async () => {
  exptd = await Exptd.start();
  await exptd.seed();
});
after(() => exptd.remove());

// No limit of its own: a program that hangs is ended by the limit of the whole test.
const run = async (body) => {
  const program = `
    import { createClient } from '@expt/node';
    const client = createClient({ url: ${JSON.stringify(exptd.url)}, key: ${JSON.stringify(await exptd.key())} });
    ${body}
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('..', import.meta.url),
  });
  return stdout;
};

test('after close nothing is left running', async () => {
  const out = await run(`
    await client.ready(20000);
    client.track('visit', { targetingKey: 'u' });
    await client.close(20000);
    const left = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
    console.log(client.status().eventsDelivered, left.length);
  `);
  assert.equal(out, '1 0\n');
});

test('a client that nobody closes keeps no program alive', async () => {
  assert.equal(await run(`console.log(await client.ready(20000));`), 'true\n');
});
