// Chromium with a fresh profile. Whatever a page complains about fails the test that looked at it.
import { AxeBuilder } from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const screenshots = process.env.EXPT_SCREENSHOTS;

export const wide = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };

export class Browser {
  #profile;
  #complaints = [];
  #expected = [];
  context;
  page;

  static async start() {
    if (!existsSync(program)) throw new Error(`expected Chromium at ${program}; install it or set CHROMIUM`);
    const browser = new Browser();
    browser.#profile = mkdtempSync(path.join(tmpdir(), 'expt-chromium-'));
    browser.context = await chromium.launchPersistentContext(browser.#profile, {
      executablePath: program, headless: true, args: flags, viewport: wide, reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'UTC',
    });
    browser.page = browser.context.pages()[0] ?? (await browser.context.newPage());
    const { page } = browser;
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => browser.#complaints.push(`page error: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type())) return;
      const text = `${message.text()} (${message.location().url})`;
      if (!browser.#expected.some((pattern) => pattern.test(text))) browser.#complaints.push(`console ${message.type()}: ${text}`);
    });
    return browser;
  }

  /** Chromium writes every refusal to the console; those that a test provokes are named here. */
  expect(...patterns) {
    this.#expected.push(...patterns);
  }

  /** No page error and nothing in the console since the last call. */
  checkSilence() {
    const complaints = this.#complaints.splice(0);
    assert.deepEqual(complaints, []);
  }

  async signIn(server) {
    await this.page.goto(`${server.url}/login#token=${server.token}`);
    await this.page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Sign in' }).first().waitFor();
    assert.ok(!this.page.url().includes(server.token), 'the token stays in the address');
  }

  /** axe finds nothing, nothing is wider than the window or cut off, nobody complained. Writes a screenshot under `name`. */
  async check(name) {
    const { page } = this;
    const { width } = page.viewportSize();
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(tooWide <= 0, `${name} at ${width} px: ${tooWide} px wider than the window`);
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll('.panel, .notice, [role="dialog"]')]
        .filter((box) => box.scrollWidth > box.clientWidth + 1)
        .map((box) => `${box.className}: ${box.scrollWidth - box.clientWidth} px: ${box.textContent.slice(0, 80)}`));
    assert.deepEqual(cut, [], `${name} at ${width} px: cut off`);
    // Colours on their way from one scheme to the other are those of neither.
    await page.evaluate(() => {
      const ending = document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
      return Promise.allSettled(ending.map((animation) => animation.finished));
    });
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n    ')}`);
    assert.deepEqual(found, [], `${name} at ${width} px`);
    if (screenshots !== undefined) {
      const scheme = await page.evaluate(() => document.documentElement.dataset.mantineColorScheme);
      mkdirSync(screenshots, { recursive: true });
      // A dialogue covers the window, not the page.
      const fullPage = (await page.getByRole('dialog').count()) === 0;
      await page.screenshot({ path: path.join(screenshots, `${name}-${scheme}-${width}.png`), fullPage });
    }
    this.checkSilence();
  }

  /** check() in light and dark, wide and at phone width; the page stays as it is. */
  async checkEverywhere(name) {
    for (const viewport of [wide, phone]) {
      await this.page.setViewportSize(viewport);
      for (const colorScheme of ['light', 'dark']) {
        await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await this.page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor();
        await this.check(name);
      }
    }
    await this.page.setViewportSize(wide);
    await this.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  }

  async close() {
    await this.context.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }
}
