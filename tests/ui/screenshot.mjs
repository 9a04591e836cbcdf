// Makes docs/images/results.png, the picture of the README: the results page with the demo's data.
//
//   make build && node build/ui_tests/screenshot.mjs docs/images/results.png
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { Browser } from './browser.mjs';
import { Server } from './server.mjs';

const largestBytes = 200_000;
const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('screenshot: expected the path of the picture');
  process.exit(2);
}

const server = await Server.start();
try {
  await server.seed();
  const browser = await Browser.start();
  try {
    const { page } = browser;
    await browser.signIn(server);
    await page.setViewportSize({ width: 1280, height: 1090 });
    await page.goto(`${server.url}/p/shop/e/production/experiments/checkout-test/results`);
    await page.locator('svg.plot').nth(2).waitFor();
    await page.evaluate(() => document.fonts.ready);
    browser.checkSilence();
    mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    await page.screenshot({ path: file });
  } finally {
    await browser.close();
  }
} finally {
  await server.stop();
}
const { size } = statSync(file);
console.log(`${file}: ${size} bytes`);
if (size > largestBytes) {
  console.error(`screenshot: expected at most ${largestBytes} bytes, got ${size}`);
  process.exit(1);
}
