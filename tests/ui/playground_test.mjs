// The playground decides with the engine that programs run: its answers are those of the command line.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Browser } from './browser.mjs';
import { bin, run, Server } from './server.mjs';

const place = '/p/shop/e/production';
const api = '/api/v1/projects/shop/environments/production';
let server, browser, page;
const folder = mkdtempSync(path.join(tmpdir(), 'expt-playground-'));

async function download(address, name) {
  const answer = await fetch(server.url + address, { headers: { Authorization: `Bearer ${server.token}` } });
  const file = path.join(folder, name);
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  return file;
}

before(async () => {
  server = await Server.start();
  await server.seed();
  browser = await Browser.start();
  page = browser.page;
  await browser.signIn(server);
});
after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('all flags for a pasted context are decided as by the command line', async () => {
  await page.goto(`${server.url}${place}/playground`);
  await page.getByRole('heading', { name: 'Nothing evaluated yet' }).waitFor();
  await browser.checkEverywhere('playground-empty');
  const [snapshot, root] = [await download(`${api}/snapshot?audience=server`, 'snapshot'), await download(`${api}/root`, 'root')];
  for (const context of [
    { targetingKey: 'user-42', country: 'CH', app_version: '3.1.0', orders: 7, device: 'desktop' },
    { targetingKey: 'tester-1', email: 'me@shop.example', orders: 12 },
    {},
  ]) {
    await page.getByLabel('Context').fill(JSON.stringify(context));
    await page.getByRole('button', { name: 'Evaluate' }).click();
    const flags = page.locator('details.decision');
    await flags.nth(7).waitFor();
    for (const details of await flags.all()) {
      const flag = await details.getAttribute('data-flag');
      const words = ['eval', '--snapshot', snapshot, '--root', root, '--flag', flag, '--context', JSON.stringify(context)];
      const said = JSON.parse(await run(path.join(bin, 'expt'), words, { codes: [0, 1] })); // 1: an error code
      const shown = await details.locator('summary').first().innerText();
      const value = said.variant === null || said.variant === undefined ? 'the caller’s default' : JSON.stringify(said.value);
      assert.ok(shown.includes(value), `${flag}: ${value} in ${shown}`);
      assert.ok(shown.includes(said.error_code ?? said.reason), `${flag}: ${said.error_code ?? said.reason} in ${shown}`);
    }
  }
  await browser.checkEverywhere('playground-all');
});

test('one flag is explained step by step', async () => {
  await page.goto(`${server.url}${place}/playground?flag=new-search`);
  await page.getByLabel('Context').fill('{"targetingKey": "user-42", "country": "CH", "app_version": "3.1.0"}');
  await page.getByRole('button', { name: 'Evaluate' }).click();
  const details = page.locator('details.decision[data-flag="new-search"]');
  await details.getByText('country is “AT”, “CH” or “DE”: yes, it is “CH”').waitFor();
  await details.getByText(/coverage 25 %: targeting_key is in bucket \d+/).waitFor();
  await details.getByText('JSON', { exact: true }).click();
  const json = JSON.parse(await details.locator('pre').innerText());
  assert.equal(json.flag, 'new-search');
  await browser.checkEverywhere('playground');
});

test('a context that is no JSON is refused beside the field', async () => {
  await page.goto(`${server.url}${place}/playground`);
  const field = page.getByLabel('Context');
  await field.fill('{"targetingKey": ');
  await page.getByRole('button', { name: 'Evaluate' }).click();
  await page.getByText('expected JSON').waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  await browser.checkEverywhere('playground-refused');
});

test('an environment without a publish has nothing to decide with', async () => {
  browser.expect(/status of 404/);
  await server.call('POST', '/api/v1/projects/shop/environments', { key: 'staging' });
  await page.goto(`${server.url}/p/shop/e/staging/playground`);
  await page.getByRole('heading', { name: 'Nothing is live here yet' }).waitFor();
  await browser.checkEverywhere('playground-unpublished');
});
