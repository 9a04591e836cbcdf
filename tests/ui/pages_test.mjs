// What holds for every page: policy, keyboard, empty and broken states, several environments.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, phone, wide } from './browser.mjs';
import { Server } from './server.mjs';

const place = '/p/shop/e/production';
let server, browser, page;

before(async () => {
  server = await Server.start();
  await server.seed();
  await server.call('POST', '/api/v1/projects/shop/environments', { key: 'staging' });
  await server.call('POST', '/api/v1/projects', { key: 'empty' });
  await server.call('POST', '/api/v1/projects/empty/environments', { key: 'test' });
  browser = await Browser.start();
  page = browser.page;
  await browser.signIn(server);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('pages come with the strict policy and load nothing from elsewhere', async () => {
  const origins = new Set();
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  const answer = await page.goto(`${server.url}${place}/flags`);
  const policy = answer.headers()['content-security-policy'];
  for (const part of ["default-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "frame-ancestors 'none'", "object-src 'none'"]) {
    assert.ok(policy.includes(part), `${part} in ${policy}`);
  }
  assert.ok(!policy.includes('unsafe-inline'), policy);
  for (const address of ['experiments', 'experiments/checkout-test/results', 'playground']) {
    await page.goto(`${server.url}${place}/${address}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  await page.getByRole('heading', { name: 'Nothing evaluated yet' }).waitFor();
  assert.deepEqual([...origins].filter((origin) => origin !== 'null'), [server.url]);
  browser.checkSilence();
});

test('the reference of the API, without signing in, from this server alone', async () => {
  const origins = new Set();
  const context = page.context();
  const cookies = await context.cookies();
  await context.clearCookies();
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  await page.goto(`${server.url}/docs/api`);
  await page.getByRole('heading', { name: 'API reference' }).waitFor();
  const described = await (await fetch(`${server.url}/openapi.json`)).json();
  const operations = Object.values(described.paths).flatMap((methods) => Object.values(methods));
  for (const tag of described.tags) await page.locator(`[data-tag="${tag.name}"]`).waitFor();
  assert.equal(await page.locator('.opblock-tag').count(), described.tags.length);
  await page.locator('[data-tag="flags"]').click();
  const ofFlags = operations.filter((operation) => operation.tags.includes('flags')).length;
  await page.locator('.opblock').nth(ofFlags - 1).waitFor();
  assert.equal(await page.locator('.opblock').count(), ofFlags);
  await page.getByRole('button', { name: /\/api\/v1\/projects\/\{project\}\/flags$/ }).first().click();
  await page.getByText('next_cursor of the page before.').first().waitFor();
  await browser.checkEverywhere('api-reference');
  assert.deepEqual([...origins].filter((origin) => origin !== 'null'), [server.url]);
  browser.checkSilence();
  await context.addCookies(cookies);
});

test('the flag list with a column per environment', async () => {
  await page.goto(`${server.url}${place}/flags`);
  await page.getByRole('switch', { name: 'new-search in staging' }).waitFor();
  await page.getByRole('switch', { name: 'new-search in production' }).waitFor();
  await browser.checkEverywhere('flags');
});

test('switching the environment keeps the page', async () => {
  await page.goto(`${server.url}${place}/experiments`);
  await page.getByLabel('Environment', { exact: true }).selectOption('staging');
  await page.waitForURL('**/p/shop/e/staging/experiments');
  await page.getByRole('heading', { name: 'No experiments yet' }).waitFor();
  await browser.checkEverywhere('experiments-empty');
});

test('switching the project leads to its flags', async () => {
  await page.goto(`${server.url}${place}/flags`);
  await page.getByLabel('Project', { exact: true }).selectOption('empty');
  await page.waitForURL('**/p/empty/e/test/flags');
  await page.getByRole('heading', { name: 'No flags yet' }).waitFor();
  await browser.checkEverywhere('flags-empty');
});

test('the first page is the flags of the first project', async () => {
  await page.goto(`${server.url}/`);
  await page.waitForURL(/\/p\/[^/]+\/e\/[^/]+\/flags/);
  browser.checkSilence();
});

test('an address that leads nowhere says so', async () => {
  await page.goto(`${server.url}/no/such/page`);
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  await browser.checkEverywhere('not-found');
});

test('first steps for who has projects already', async () => {
  await page.goto(`${server.url}/welcome`);
  await page.getByLabel('Existing project').selectOption('shop');
  await page.getByLabel('Its environment').selectOption('staging');
  await page.getByLabel('Use an existing flag').waitFor();
  await browser.checkEverywhere('welcome-existing');
});

test('a server that cannot be reached is told, and tried again on request', async () => {
  browser.expect(/ERR_INTERNET_DISCONNECTED/);
  await page.goto(`${server.url}${place}/flags`);
  await page.getByRole('switch', { name: 'new-search in production' }).waitFor();
  await page.getByRole('link', { name: 'Experiments' }).click();
  await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  await page.getByText('8 experiments').waitFor();
  await page.getByRole('link', { name: 'Flags' }).click();
  await page.getByRole('link', { name: 'photo-zoom' }).click();
  await page.getByRole('heading', { name: 'photo-zoom' }).waitFor();
  await page.getByRole('link', { name: 'Flags' }).first().click();
  await browser.context.setOffline(true);
  await page.getByRole('link', { name: 'banner-text' }).click();
  await page.getByText('This could not be loaded').waitFor();
  await browser.checkEverywhere('unreachable');
  await browser.context.setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.getByRole('heading', { name: 'banner-text' }).waitFor();
  browser.checkSilence();
});

// Address, name of the screenshots, what of the API the page waits for.
const waiting = [
  ['/', 'home', '**/api/v1/projects?*'],
  [`${place}/flags`, 'flags', '**/api/v1/projects/shop/flags?*'],
  [`${place}/flags/new-search/rules`, 'flag', '**/environments/production/flags/new-search'],
  [`${place}/experiments`, 'experiments', '**/environments/production/experiments?*'],
  [`${place}/experiments/checkout-test/results`, 'results', '**/environments/production/results/checkout-test*'],
  [`${place}/playground`, 'playground', '**/environments/production/snapshot*'],
  ['/welcome?project=shop&environment=production&flag=new-search', 'welcome', '**/api/v1/projects/shop/flags/new-search'],
];

for (const [address, name, call] of waiting) {
  test(`${name}: waiting, and refused by the server`, async () => {
    let letGo;
    const held = new Promise((resolve) => (letGo = resolve));
    await page.route(call, async (route) => {
      await held;
      await route.fulfill({
        status: 503, contentType: 'application/problem+json',
        body: JSON.stringify({ type: 'about:blank', title: 'Unavailable', status: 503, detail: 'the state store is locked', request_id: 'r-17' }),
      });
    });
    try {
      browser.expect(/status of 503/);
      await page.goto(`${server.url}${address}`);
      await page.getByRole('status', { name: 'Loading' }).first().waitFor();
      await browser.checkEverywhere(`${name}-waiting`);
      letGo();
      await page.getByText('the state store is locked').first().waitFor();
      await browser.checkEverywhere(`${name}-error`);
    } finally {
      letGo();
      await page.unroute(call);
    }
  });
}

test('the keyboard reaches everything: skip link, pages, a dialogue that gives the focus back', async () => {
  await page.goto(`${server.url}${place}/flags`);
  await page.getByRole('switch', { name: 'new-search in production' }).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content');
  const flagSwitch = page.getByRole('switch', { name: 'new-search in production' });
  await flagSwitch.focus();
  await page.keyboard.press('Space');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Undo: Flag new-search: what it serves' }).waitFor();
  assert.ok(await dialog.evaluate((element) => element.contains(document.activeElement)), 'the focus is not in the dialogue');
  await dialog.getByRole('button', { name: 'Undo: Flag new-search: what it serves' }).press('Enter');
  await dialog.getByText('Everything that is saved is live.').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.waitForFunction(() => document.activeElement.getAttribute('aria-label') === 'new-search in production');
  browser.checkSilence();
});

test('on a phone the pages fold away', async () => {
  await page.setViewportSize(phone);
  await page.goto(`${server.url}${place}/flags`);
  const link = page.getByRole('link', { name: 'Experiments' });
  const burger = page.getByRole('button', { name: 'Pages' });
  await burger.waitFor();
  assert.equal(await link.isVisible(), false);
  await burger.click();
  await link.waitFor();
  await browser.check('navigation');
  await link.click();
  await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  assert.equal(await link.isVisible(), false);
  await page.setViewportSize(wide);
  browser.checkSilence();
});
