// examples/node and examples/web, as they are, against the server of the demo.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { startBrowser } from './browser.mjs';
import { Exptd } from './exptd.mjs';

const examples = path.resolve(import.meta.dirname, '..', 'examples');
const expected = /^new-checkout: on\npage-size: 50\ncheckout-test: (control|treatment)\n$/;
let exptd, earlier;
before(async () => {
  exptd = await Exptd.start();
  await exptd.seedDemo();
  earlier = await metricEvents();
});
after(() => exptd.remove());

const metricEvents = async () =>
  (await exptd.accounting()).received.filter((row) => row.kind === 'metric').reduce((sum, row) => sum + row.count, 0);
const purchases = async () => (await metricEvents()) - earlier;

test('Node', async () => {
  const main = path.join(examples, 'node', 'quickstart', 'main.mjs');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, exptd.url, await exptd.key()]);
  assert.match(stdout, expected);
  assert.equal(stderr, '');
  assert.equal(await purchases(), 1);
  const wrong = await promisify(execFile)(process.execPath, [main, 'http://flags.example.com', 'expt1.secret-part']).catch((e) => e);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^quickstart: url: /);
  assert.ok(!wrong.stderr.includes('secret-part'));
});

test('a page', async () => {
  const serve = path.join(examples, 'web', 'quickstart', 'serve.mjs');
  const server = spawn(process.execPath, [serve, exptd.url, await exptd.key('client')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const browser = await startBrowser();
  try {
    const url = await new Promise((resolve, reject) => {
      server.stdout.on('data', (chunk) => resolve(/http\S+/.exec(String(chunk))[0]));
      server.once('exit', () => reject(new Error('serve.mjs ended')));
    });
    const page = await browser.context.newPage();
    await page.goto(url);
    await page.waitForSelector('html[data-done]', { state: 'attached' });
    assert.match(await page.textContent('#output'), expected);
    assert.equal(await purchases(), 2);
  } finally {
    await browser.close();
    server.kill();
  }
});
