// Results of the demo's experiments: what the pages say is what the server computed, and it moves while traffic flows.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './browser.mjs';
import { Server } from './server.mjs';

const place = '/p/shop/e/production';
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

const results = (experiment) => server.call('GET', `/api/v1/projects/shop/environments/production/results/${experiment}`);
const units = async () => Number((await page.locator('[data-units]').innerText()).replaceAll(',', ''));

test('the list shows status, metrics and health', async () => {
  await page.goto(`${server.url}${place}/experiments`);
  const row = (name) => page.getByRole('row').filter({ hasText: name });
  await row('Photo zoom').getByText('Sample ratio mismatch').waitFor();
  await row('Checkout button with the price').getByText('Healthy').waitFor();
  await row('Delivery notice').getByText('purchase, revenue, support_ticket').waitFor();
  for (const name of ['Two columns', 'Nudge in the basket', 'Summary of the basket', 'Pay with one tap']) await row(name).getByText('Healthy').waitFor();
  await browser.checkEverywhere('experiments');
  await page.getByLabel('Status').selectOption('stopped');
  await page.getByRole('heading', { name: 'No experiment matches' }).waitFor();
  await browser.checkEverywhere('experiments-none');
});

test('every metric and variant has an interval on one axis, with its numbers', async () => {
  await page.goto(`${server.url}${place}/experiments/checkout-test/results`);
  await page.locator('svg.plot').nth(2).waitFor();
  const computed = await results('checkout-test');
  assert.equal(await units(), computed.exposures.units);
  const rows = page.locator('table.bars tbody tr');
  for (const metric of computed.metrics) {
    for (const comparison of metric.comparisons) {
      const plot = page.getByRole('img', { name: new RegExp(`^${metric.metric}, ${comparison.treatment} against ${comparison.control}`) });
      const row = rows.filter({ has: plot });
      const text = await row.innerText();
      assert.ok(text.includes(metric.variants.find(({ variant }) => variant === comparison.treatment).n.toLocaleString('en')), text);
      const lift = `${comparison.lift.estimate > 0 ? '+' : '−'}${Math.abs(comparison.lift.estimate * 100).toFixed(Math.abs(comparison.lift.estimate) >= 0.1 ? 1 : 2)} %`;
      assert.ok(text.includes(lift), `${lift} in ${text}`);
      const word = { better: 'Better', worse: 'Worse', inconclusive: 'Not clear yet', flat: 'No relevant change' }[comparison.verdict];
      assert.ok(text.includes(word), `${word} in ${text}`);
    }
  }
  // One scale for all bars: zero stands at the same place in each.
  const zeros = await page.locator('svg.plot .zero').evaluateAll((lines) => lines.map((line) => Math.round(line.getBoundingClientRect().left)));
  assert.equal(new Set(zeros).size, 1);
  await page.getByRole('heading', { name: 'Ship treatment' }).waitFor();
  await browser.checkEverywhere('results');
});

test('a metric that gets worse is told as such', async () => {
  await page.goto(`${server.url}${place}/experiments/delivery-notice/results`);
  await page.getByRole('heading', { name: 'Roll back treatment' }).waitFor();
  await browser.checkEverywhere('results-worse');
});

test('experiments of one layer and a guarded ramp have results like any other', async () => {
  for (const [experiment, name] of [['basket-nudge', 'layer'], ['basket-summary', 'layer-other'], ['one-tap', 'ramp']]) {
    await page.goto(`${server.url}${place}/experiments/${experiment}/results`);
    await page.getByRole('heading', { name: 'Ship treatment' }).waitFor();
    assert.equal(await units(), (await results(experiment)).exposures.units);
    await browser.checkEverywhere(`results-${name}`);
  }
});

test('a sample ratio mismatch stands above everything and takes the verdicts away', async () => {
  await page.goto(`${server.url}${place}/experiments/photo-zoom/results`);
  const alarm = page.getByRole('alert');
  await alarm.getByText('Sample ratio mismatch').waitFor();
  assert.equal(await page.locator('table.bars').getByText('Better', { exact: true }).count(), 0);
  assert.equal(await page.locator('table.bars').getByText('No verdict', { exact: true }).count(), 3);
  await browser.checkEverywhere('results-unhealthy');
});

test('all numbers are a table, one key away', async () => {
  await page.goto(`${server.url}${place}/experiments/checkout-test/results`);
  await page.locator('svg.plot').first().waitFor();
  await page.getByRole('radio', { name: 'Intervals' }).focus();
  await page.keyboard.press('ArrowRight');
  const table = page.getByRole('table', { name: 'All numbers' });
  await table.waitFor();
  assert.equal(new URL(page.url()).searchParams.get('view'), 'numbers');
  const [metric] = (await results('checkout-test')).metrics;
  await table.getByText(String(Number(metric.comparisons[0].effect.estimate.toPrecision(6)))).waitFor();
  await browser.checkEverywhere('results-numbers');
});

test('numbers move while traffic flows', async () => {
  await page.goto(`${server.url}${place}/experiments/checkout-test/results`);
  await page.locator('[data-units]').waitFor();
  const first = await units();
  server.startTraffic();
  await page.waitForFunction((before) => Number(document.querySelector('[data-units]').textContent.replaceAll(',', '')) > before, first);
  await server.stopTraffic();
  browser.checkSilence();
});

test('a draft has no results and says so', async () => {
  await server.call('POST', '/api/v1/projects/shop/environments/production/experiments', {
    key: 'later', flag: 'checkout-test', weights: { control: 500_000, treatment: 500_000 }, control: 'control',
  });
  await page.goto(`${server.url}${place}/experiments/later/results`);
  await page.getByRole('heading', { name: 'Not started' }).waitFor();
  await browser.checkEverywhere('results-draft');
});

test('an experiment that is not there says so', async () => {
  browser.expect(/status of 404/);
  await page.goto(`${server.url}${place}/experiments/no-such-experiment/results`);
  await page.getByText('Not found').first().waitFor();
  await browser.checkEverywhere('results-missing');
});
