// The switch, coverage and default of flags: saved, shown as a diff, published or taken back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './browser.mjs';
import { Server } from './server.mjs';

const place = '/p/shop/e/production';
const configuration = (flag) => `/api/v1/projects/shop/environments/production/flags/${flag}`;
let server, browser, page;

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
});

async function publish(comment) {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Comment').fill(comment);
  await dialog.getByRole('checkbox').check();
  await dialog.getByRole('button', { name: 'Publish to production' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

const version = async () => (await server.call('GET', '/api/v1/projects/shop/environments/production')).published_version;

test('search and filters narrow the list and stand in the address', async () => {
  await page.goto(`${server.url}${place}/flags`);
  const rows = page.locator('tbody tr');
  await rows.nth(13).waitFor();
  await page.getByLabel('Search flags').fill('search');
  await page.getByText('3 of 14 flags').waitFor();
  assert.equal(new URL(page.url()).searchParams.get('q'), 'search');
  await page.getByLabel('Type').selectOption('integer');
  await page.getByText('1 of 14 flags').waitFor();
  await page.reload();
  await page.getByText('1 of 14 flags').waitFor();
  await page.getByLabel('Search flags').fill('no such flag');
  await page.getByRole('heading', { name: 'No flag matches' }).waitFor();
  await browser.checkEverywhere('flags-none');
});

test('the switch is saved, shown as a diff, and goes live with a publish', async () => {
  const live = await version();
  await page.goto(`${server.url}${place}/flags`);
  const flagSwitch = page.getByRole('switch', { name: 'page-size in production' });
  await flagSwitch.focus();
  await page.keyboard.press('Space');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Flag page-size: what it serves').waitFor();
  assert.equal(await dialog.locator('.was').textContent(), 'before: on');
  assert.equal(await dialog.locator('.is').textContent(), 'after: off');
  await browser.checkEverywhere('flags-publish');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.getByText('1 change is not live yet').waitFor();
  await page.getByRole('row').filter({ hasText: 'page-size' }).getByText('Not live yet').waitFor();
  await browser.checkEverywhere('flags-pending');
  assert.equal(await version(), live, 'a saved change was live');
  assert.equal((await server.call('GET', configuration('page-size'))).enabled, false);
  const opener = page.getByRole('button', { name: 'Review and publish' });
  await opener.click();
  await dialog.getByText('Flag page-size: what it serves').waitFor();
  await publish('smaller pages');
  await page.getByText('1 change is not live yet').waitFor({ state: 'hidden' });
  assert.equal(await version(), live + 1);
  browser.checkSilence();
});

test('undo takes back what is not live', async () => {
  const live = await version();
  await page.goto(`${server.url}${place}/flags`);
  const flagSwitch = page.getByRole('switch', { name: 'new-search in production' });
  await flagSwitch.focus();
  await page.keyboard.press('Space');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Undo: Flag new-search: what it serves' }).click();
  await dialog.getByText('Everything that is saved is live.').waitFor();
  await browser.checkEverywhere('flags-undone');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await dialog.waitFor({ state: 'hidden' });
  assert.equal((await server.call('GET', configuration('new-search'))).enabled, true);
  assert.equal(await version(), live);
  browser.checkSilence();
});

test('rules are read out in plain words, in their order', async () => {
  await page.goto(`${server.url}${place}/flags/new-search/rules`);
  const sentences = page.locator('[data-rule]');
  await sentences.nth(1).waitFor();
  assert.deepEqual(await sentences.allInnerTexts(), [
    'If the context is in segment “staff”, serve variant on.',
    'If country is “AT”, “CH” or “DE” and app_version starts with “3.”, serve variant on to 25 % of them (by targeting key); the others go on to the next step.',
  ]);
  await page.getByText('always gets').waitFor();
  await browser.checkEverywhere('flag');
});

test('a flag with a rule of every kind is read out whole', async () => {
  const { rules, prerequisites } = await server.call('GET', configuration('storefront'));
  await page.goto(`${server.url}${place}/flags/storefront/rules`);
  const sentences = page.locator('[data-rule]');
  await sentences.nth(rules.length - 1).waitFor();
  assert.equal(await sentences.count(), rules.length);
  const said = Object.fromEntries(await sentences.evaluateAll((all) => all.map((one) => [one.dataset.rule, one.innerText])));
  for (const [rule, sentence] of Object.entries({
    'schools': 'If host ends with “.edu.example” or “.school.example” (in any case), serve variant offers.',
    'deep-links': 'If page matches the pattern ^/(shop|sale)/[0-9]+$, serve variant local.',
    'invited': 'If email is one of 2 hidden values (in any case), serve variant preview.',
    'full-basket': 'If basket is between 50 and 80.5, serve variant regulars.',
    'weekend-pickup': 'If pickup is within sat 09:00–16:00 or sun 10:00–12:00 in Europe/Zurich, serve variant local.',
    'firmware-2.4': 'If firmware is a patch version of “2.4”, serve variant kiosk.',
    'books-and-music': 'If interests contains all of “books” and “music”, serve variant regulars.',
    'office': 'If address is in the network “192.0.2.0/24” or “2001:db8::/32”, serve variant preview.',
    'near-the-shop': 'If the place (latitude, longitude) is within 25 km of 47.3769, 8.5417, serve variant local.',
    'staff': 'If the context is in segment “staff”, serve variant preview.',
    'pilots': 'If flag “new-checkout” gives variant “on”, serve variant preview.',
    'rare-systems': 'If system is not “android”, “ios”, “macos” or “windows”, serve variant standard.',
    'app-banner': 'If channel is “app-banner”, serve variant offers. Units in holdout this-quarter are kept out of this rule.',
  })) assert.equal(said[rule], sentence);
  assert.match(said.neighbours, /^If \(language is “de”, “fr” or “it” or language starts with “rm”\) and not \(pages is less than 3 or system is set\), /);
  assert.match(said.television, /a share that rises steadily: 0 % at .*, 50 % at .*, 100 % at /);
  assert.match(said.companies, /a split by account: offers 25 %, regulars 25 %, standard 50 %/);
  for (const { flag } of prerequisites) await page.getByText(`Only where flag ${flag} gives variant open`).waitFor();
  await browser.checkEverywhere('flag-every-rule');
});

test('coverage is changed by keyboard and published; the salt stays', async () => {
  const before = await server.call('GET', configuration('new-search'));
  await page.goto(`${server.url}${place}/flags/new-search/rules`);
  await page.getByRole('button', { name: 'Change coverage of rule alps' }).focus();
  await page.keyboard.press('Enter');
  const field = page.getByLabel('Units that this rule takes, in per cent');
  await field.waitFor();
  await field.fill('140');
  await page.getByText('expected a number from 0 to 100').waitFor();
  assert.ok(await page.getByRole('button', { name: 'Save' }).isDisabled());
  await browser.checkEverywhere('flag-coverage');
  await field.fill('62.5');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Rule alps: coverage').waitFor();
  assert.equal(await dialog.locator('.was').textContent(), 'before: 25 %');
  assert.equal(await dialog.locator('.is').textContent(), 'after: 62.5 %');
  await browser.checkEverywhere('flag-publish');
  await publish('more of the Alps');
  await page.waitForFunction(() => document.activeElement.getAttribute('aria-label') === 'Change coverage of rule alps');
  const after = await server.call('GET', configuration('new-search'));
  assert.deepEqual(after.rules[1].coverage, { ...before.rules[1].coverage, ppm: 625_000 });
  await page.locator('[data-rule="alps"]').filter({ hasText: '62.5 %' }).waitFor();
});

test('the default is changed and published', async () => {
  await page.goto(`${server.url}${place}/flags/banner-text/rules`);
  await page.getByRole('button', { name: 'Change the default' }).click();
  await page.getByLabel('When no rule decides, serve').selectOption('variant greeting');
  await page.getByRole('button', { name: 'Save' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Default', { exact: true }).waitFor();
  assert.equal(await dialog.locator('.is').textContent(), 'after: variant greeting');
  await publish('greet everybody');
  assert.deepEqual((await server.call('GET', configuration('banner-text'))).default_serve, { variant: 'greeting' });
  browser.checkSilence();
});

test('whoever is slower is told so, and overwrites nothing', async () => {
  browser.expect(/status of 412/);
  await page.goto(`${server.url}${place}/flags/new-search/rules`);
  await page.getByRole('button', { name: 'Change coverage of rule alps' }).click();
  const field = page.getByLabel('Units that this rule takes, in per cent');
  await field.fill('80');
  const now = await server.call('GET', configuration('new-search'));
  await server.call('PUT', configuration('new-search'), { ...now, overrides: [] });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('No unit is forced to a variant.').waitFor();
  const kept = await server.call('GET', configuration('new-search'));
  assert.equal(kept.rules[1].coverage.ppm, 625_000);
  assert.deepEqual(kept.overrides, []);
  browser.checkSilence();
});

test('a flag that is not there says so', async () => {
  browser.expect(/status of 404/);
  await page.goto(`${server.url}${place}/flags/no-such-flag/rules`);
  await page.getByText('Not found').first().waitFor();
  await browser.checkEverywhere('flag-missing');
});
