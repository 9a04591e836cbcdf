// The same vectors and the page's client, in headless Chromium.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import esbuild from 'esbuild';
import { createClient } from '@expt/node';
import { filesOf, serve, startBrowser } from './browser.mjs';
import { Exptd, eventually } from './exptd.mjs';
import { core, snapshots, vectors } from './paths.mjs';

let browser;
let exptd;
let isUp = true;
let site;
let key;
before(async () => {
  exptd = await Exptd.start();
  await exptd.seed();
  key = await exptd.key('client');
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, 'page.mjs')], bundle: true, format: 'esm', target: 'es2022',
    splitting: true, outdir: '/', write: false,
  });
  const files = {
    '/': '<!doctype html><title>page</title><script type="module" src="/page.js"></script>',
    '/expt.wasm': readFileSync(path.join(core, 'dist', 'esm', 'expt.wasm')),
    '/expt_explain.wasm': readFileSync(path.join(core, 'dist', 'esm', 'expt_explain.wasm')),
    '/expt_regex.wasm': readFileSync(path.join(core, 'dist', 'esm', 'expt_regex.wasm')),
    '/vectors/*': filesOf(vectors),
    '/snapshots/*': filesOf(snapshots),
  };
  for (const { path: file, contents } of outputFiles) files[`/${path.basename(file)}`] = contents;
  site = await serve(files, () => (isUp ? exptd.url : undefined));
  site.files = files;
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await site?.close();
  await exptd?.remove();
});

async function open(url = site.url) {
  const page = await browser.context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => 'expt' in window);
  return page;
}

test('every evaluation vector is decided as written', async () => {
  const page = await open();
  const names = readdirSync(path.join(vectors, 'evaluation')).sort();
  const { cases, refused, faults } = await page.evaluate((all) => window.runVectors(all), names);
  assert.deepEqual(faults, []);
  assert.ok(cases >= 120, `only ${cases} cases`);
  assert.equal(refused, names.filter((name) => name.startsWith('refused-')).length);
  console.log(`vectors: ${cases}`);
  await page.close();
});

for (const withNoble of [false, true]) {
  test(`every wire vector ends at its step with its code${withNoble ? ', without Ed25519 in WebCrypto' : ''}`, async () => {
    const page = await open();
    const { cases, faults } = await page.evaluate((noble) => window.runWire(noble), withNoble);
    assert.deepEqual(faults, []);
    assert.ok(cases >= 100, `only ${cases} cases`);
    await page.close();
  });
}

const inPage = (page, body, argument) =>
  page.evaluate(new Function('options', `return (async () => { ${body} })();`), argument);
const user = { targetingKey: 'user-42', country: 'CH', age: 31 };
const options = () => ({ url: site.url, key, context: user, retryInitialMs: 10 });

test('a page decides, reports, and starts from what it kept when the server is down', async () => {
  let page = await open();
  const first = await inPage(page, `
    const client = expt.createClient(options);
    const events = [];
    client.on('ready', () => events.push('ready'));
    const before = client.decision('page-size', 7);
    const isReady = await client.ready(20000);
    const answers = [client.enabled('new-checkout'), client.value('page-size', 20), client.variant('checkout-test', '')];
    const tracked = client.track('purchase', { value: 19.9 });
    const report = await client.flush(20000);
    await client.setContext({ ...options.context, country: 'US' });
    const elsewhere = client.enabled('new-checkout');
    const { text } = await client.explain('new-checkout');
    const { state, snapshotVersion } = client.status();
    const count = client.all().size;
    await client.close();
    return { before, isReady, answers, tracked, report, elsewhere, text, state, snapshotVersion, count, events };
  `, options());
  assert.equal(first.before.errorCode, 'PROVIDER_NOT_READY');
  assert.equal(first.isReady, true);
  assert.deepEqual(first.events, ['ready']);
  assert.deepEqual(first.answers.slice(0, 2), [true, 50]);
  assert.deepEqual(first.tracked, { accepted: true });
  assert.deepEqual(first.report, { delivered: 2, rejected: 0, remaining: 0 });
  assert.equal(first.elsewhere, false);
  assert.match(first.text, /swiss/);
  assert.equal(first.state, 'fresh');
  assert.equal(first.count, 3);
  // The same unit gets the same variant on the server.
  const onServer = createClient({ url: exptd.url, key: await exptd.key() });
  await onServer.ready(20_000);
  assert.equal(onServer.variant('checkout-test', user, ''), first.answers[2]);
  await onServer.close();
  await page.close();

  isUp = false;
  page = await open();
  const second = await inPage(page, `
    const client = expt.createClient(options);
    const failed = new Promise((resolve) => client.on('error', (event) => resolve(event.error.message)));
    const isReady = await client.ready(20000);
    const size = client.value('page-size', 20);
    await failed;
    const { state, snapshotVersion } = client.status();
    await client.close(0);
    return { isReady, size, state, snapshotVersion };
  `, options());
  isUp = true;
  assert.deepEqual(second, { isReady: true, size: 50, state: 'stale', snapshotVersion: first.snapshotVersion });
  await page.close();
});

test('a snapshot that was tampered with is refused with the code that Node gives', async () => {
  const page = await open();
  const codes = await inPage(page, `
    const codes = [];
    for (const at of [-1, 0, 40]) {
      const root = await expt.bytes('/snapshots/root.exs1');
      const snapshot = await expt.bytes('/snapshots/workload.exs1');
      snapshot[at < 0 ? snapshot.length + at : at] ^= 1;
      const error = await expt.loadSnapshot({ root, snapshot, environment: 'env_workload' }).catch((thrown) => thrown);
      codes.push([error.code, error.step]);
    }
    return codes;
  `);
  assert.deepEqual(codes, [['BAD_SIGNATURE', 5], ['BAD_ENVELOPE', 2], ['BAD_SIGNATURE', 5]]);
  await page.close();
});

const storedMetrics = async () =>
  (await exptd.accounting()).received
    .filter((row) => row.kind === 'metric' && row.outcome === 'stored').reduce((sum, row) => sum + row.count, 0);

test('a page that goes away sends what it has', async () => {
  const before = await storedMetrics();
  const page = await open();
  await inPage(page, `
    window.client = expt.createClient({ ...options, flushIntervalMs: 3600000 });
    await client.ready(20000);
    for (let i = 0; i < 20; i++) client.track('visit');
  `, options());
  await page.goto('about:blank');
  await eventually(async () => (await storedMetrics()) === before + 20);
  await page.close();
});

test('what a page could not send is sent by the next one, once', async () => {
  let page = await open();
  await inPage(page, `
    const client = expt.createClient({ ...options, flushIntervalMs: 3600000 });
    await client.ready(20000);
    await client.flush(20000);
    window.client = client;
  `, options());
  isUp = false;
  const before = await storedMetrics();
  await inPage(page, `for (let i = 0; i < 30; i++) client.track('late');`);
  await page.goto(`${site.url}/vectors/wire/index.json`);
  await page.close();
  page = await open();
  await inPage(page, `
    const request = (of) => new Promise((resolve, reject) => { of.onsuccess = () => resolve(of.result); of.onerror = reject; });
    const database = await request(indexedDB.open('expt'));
    const kept = async () => (await request(database.transaction('outbox').objectStore('outbox').getAll())).flat();
    while ((await kept()).filter((event) => event.body.name === 'late').length < 30) {}
    database.close();
  `);
  isUp = true;
  await inPage(page, `window.client = expt.createClient(options);`, options());
  await eventually(async () => (await storedMetrics()) === before + 30);
  const { remaining } = await inPage(page, `
    await client.ready(20000);
    const report = await client.flush(20000);
    await client.close();
    return report;
  `);
  assert.equal(remaining, 0);
  assert.equal(await storedMetrics(), before + 30); // some were sent twice, perhaps: they count once
  await page.close();
});

test('a page that its server rendered answers at once, and reports where it is applied', async () => {
  const server = createClient({ url: exptd.url, key: await exptd.key() });
  await server.ready(20_000);
  const someone = { targetingKey: 'visitor-1', country: 'LI' };
  const bootstrap = JSON.parse(JSON.stringify(server.dehydrate(someone, ['new-checkout', 'checkout-test'])));
  const variant = server.decision('checkout-test', someone, '', { record: false }).variant;
  await server.close();
  const page = await open();
  const result = await inPage(page, `
    const client = expt.createClient({ ...options, wasm: new Promise(() => {}) }); // the engine never comes
    const answers = [await client.ready(), client.enabled('new-checkout'), client.variant('checkout-test', ''), client.enabled('other')];
    const report = await client.flush(20000);
    await client.setContext({ targetingKey: 'visitor-2' });
    const after = client.enabled('new-checkout');
    await client.close();
    return { answers, report, after };
  `, { ...options(), context: someone, bootstrap });
  assert.deepEqual(result.answers, [true, true, variant, false]);
  assert.deepEqual(result.report, { delivered: 1, rejected: 0, remaining: 0 });
  assert.equal(result.after, false);
  await page.close();
});

test('a page whose policy forbids WASM says so, and answers with defaults', async () => {
  const strict = await serve(site.files, () => exptd.url, "script-src 'self'");
  const page = await open(strict.url);
  const { message, value } = await inPage(page, `
    const client = expt.createClient(options);
    const message = await new Promise((resolve) => client.on('error', (event) => resolve(event.error.message)));
    const value = client.value('page-size', 7);
    await client.close(0);
    return { message, value };
  `, { ...options(), url: strict.url });
  assert.match(message, /^engine: /);
  assert.equal(value, 7);
  await page.close();
  await strict.close();
});

test('a page refuses a server key', async () => {
  const page = await open();
  const message = await inPage(page, `
    try { expt.createClient(options); return ''; } catch (error) { return error.message; }
  `, { ...options(), key: await exptd.key('server') });
  assert.match(message, /^key: expected a client key/);
  assert.ok(!/srv\./.test(message));
  await page.close();
});
