// From the setup token to the first event, as a new user does it; the program is the snippet that the page shows.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test as each } from 'node:test';
import { Browser } from './browser.mjs';
import { run, Server } from './server.mjs';

let server, browser, page;

// Each step goes on where the one before it ended; after a failure the others say so at once.
let failed;
function test(name, step) {
  each(name, async () => {
    assert.equal(failed, undefined, 'a step before this one failed');
    try {
      await step();
    } catch (error) {
      failed = name;
      throw error;
    }
  });
}

before(async () => {
  server = await Server.start();
  browser = await Browser.start();
  page = browser.page;
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const step = (number, state) => page.locator(`[data-step="${number}"][data-state="${state}"]`);

test('nobody gets in without a token, and is told why', async () => {
  browser.expect(/status of 401/);
  await page.goto(`${server.url}/`);
  await page.waitForURL('**/login**');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await browser.checkEverywhere('login');
  await page.getByLabel('Token', { exact: true }).fill('nonsense');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.mantine-PasswordInput-error').waitFor();
  await browser.checkEverywhere('login-refused');
});

test('the setup token signs in once and shows the API token', async () => {
  await page.goto(`${server.url}/login`);
  await page.getByLabel('Token', { exact: true }).fill(server.setupToken);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Keep this token' }).waitFor();
  server.token = (await page.getByLabel('API token', { exact: true }).textContent()).trim();
  assert.notEqual(server.token, '');
  await browser.checkEverywhere('login-token');
  await page.getByRole('button', { name: 'I have kept it; go on' }).click();
  await page.waitForURL('**/welcome**');
});

test('a refused key is told beside its field', async () => {
  browser.expect(/status of 422/);
  await step(1, 'now').waitFor();
  await page.getByLabel('Key of the project').fill('not a key');
  await page.getByRole('button', { name: 'Create project and environment' }).click();
  const field = page.getByLabel('Key of the project');
  await page.locator('.mantine-TextInput-error').waitFor();
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  const described = await field.evaluate((input) => document.getElementById(input.getAttribute('aria-describedby').split(' ').pop()).textContent);
  assert.notEqual(described, '');
  await browser.checkEverywhere('welcome-refused');
});

test('project, flag, experiment', async () => {
  await page.getByLabel('Key of the project').fill('first');
  await page.getByLabel('Key of the environment').fill('production');
  await page.getByRole('button', { name: 'Create project and environment' }).click();
  await step(2, 'now').waitFor();
  await browser.checkEverywhere('welcome-flag');
  await page.getByLabel('Key of the flag').fill('checkout-test');
  await page.getByRole('button', { name: 'Create flag' }).click();
  await step(3, 'now').waitFor();
  await browser.checkEverywhere('welcome-experiment');
  await page.getByLabel('Event that counts').fill('purchase');
  await page.getByRole('button', { name: 'Create experiment' }).click();
  await step(4, 'now').waitFor();
});

test('production is published with a comment and a confirmation', async () => {
  await page.getByRole('button', { name: 'Review and publish' }).first().click();
  const dialog = page.getByRole('dialog');
  const publish = dialog.getByRole('button', { name: 'Publish to production' });
  await publish.waitFor();
  await dialog.getByText('Flag checkout-test: what it serves').waitFor();
  assert.ok(await publish.isDisabled(), 'it could be published without a comment');
  await dialog.getByLabel('Comment').fill('first steps');
  assert.ok(await publish.isDisabled(), 'it could be published without a confirmation');
  await dialog.getByRole('checkbox').check();
  await browser.checkEverywhere('welcome-publish');
  await publish.click();
  await dialog.waitFor({ state: 'hidden' });
  await step(4, 'done').waitFor();
});

test('the snippet of the page makes both checks green', async () => {
  await step(6, 'now').waitFor();
  for (const name of ['First evaluation', 'First event']) await page.locator(`[data-check="${name}"][data-seen="false"]`).waitFor();
  for (const language of ['Python', 'Web', 'curl', 'C++', 'Node']) {
    await page.locator('.mantine-SegmentedControl-label').getByText(language, { exact: true }).click();
    await page.getByRole('button', { name: `Copy ${language} snippet` }).waitFor();
  }
  await browser.checkEverywhere('welcome-key');
  await page.getByRole('button', { name: 'Create server key' }).click();
  await page.locator('[data-key="server"]').waitFor();
  await browser.checkEverywhere('welcome-snippet');
  // Beside the installed packages, so that Node finds @expt/node.
  const folder = mkdtempSync(path.join(process.env.EXPT_JS, 'first-steps-'));
  try {
    writeFileSync(path.join(folder, 'snippet.mjs'), await page.locator('[data-snippet="node"]').textContent());
    const output = await run(process.execPath, [path.join(folder, 'snippet.mjs')]);
    assert.match(output, /^(control|treatment)\n$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const name of ['First evaluation', 'First event']) await page.locator(`[data-check="${name}"][data-seen="true"]`).waitFor();
  await step(6, 'done').waitFor();
  await browser.checkEverywhere('welcome-done');
  await page.getByRole('link', { name: 'See the results' }).click();
  await page.locator('[data-units]').filter({ hasText: /^1$/ }).waitFor();
  await browser.checkEverywhere('results-first');
});

test('signing out ends the session', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/login**');
  await page.goto(`${server.url}/p/first/e/production/flags`);
  await page.waitForURL('**/login?next=**');
  await page.getByLabel('Token', { exact: true }).fill(server.token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/p/first/e/production/flags');
  await page.getByRole('heading', { name: 'Flags' }).waitFor();
  browser.checkSilence();
});
