// The snippets of docs/javascript.md: they compile under strict types, run, and print what stands below them.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import esbuild from 'esbuild';
import { serve, startBrowser } from './browser.mjs';
import { Exptd } from './exptd.mjs';
import { core, source } from './paths.mjs';

const page = readFileSync(path.join(source, 'docs', 'javascript.md'), 'utf8');
const snippets = [...page.matchAll(/```ts (node|web)\n([\s\S]*?)```\n```\n([\s\S]*?)```/g)].map(
  ([, where, code, output]) => ({ where, code, output }),
);
// Inside the workspace, where the packages are found.
const folder = path.resolve(import.meta.dirname, '..', 'docs_snippets');
let exptd;
before(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  exptd = await Exptd.start();
  await exptd.seed();
  writeFileSync(path.join(folder, 'snapshot.exs1'), await exptd.download('snapshot?audience=server'));
  writeFileSync(path.join(folder, 'root.exs1'), await exptd.download('root'));
  snippets.forEach(({ code }, i) => writeFileSync(path.join(folder, `snippet${i}.mts`), code));
});
after(async () => {
  await exptd.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('no block of code is left out', () => {
  assert.equal(page.match(/```ts/g).length, snippets.length);
  assert.ok(snippets.length >= 5);
});

test('they compile under strict types', () => {
  writeFileSync(path.join(folder, 'page.d.ts'), 'interface Window { config: { url: string; key: string } }\n');
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({
    extends: '../tsconfig.base.json',
    compilerOptions: {
      composite: false, declaration: false, emitDeclarationOnly: false, noEmit: true, types: ['node'], noUnusedLocals: false,
    },
    include: ['*'],
  }));
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' });
});

const plain = async (code) => (await esbuild.transform(code, { loader: 'ts', format: 'esm', target: 'es2022' })).code;

snippets.forEach(({ where, code, output }, i) => {
  test(`snippet ${i + 1} (${where}) prints what it says`, async () => {
    if (where === 'node') {
      const file = path.join(folder, `snippet${i}.mjs`);
      writeFileSync(file, await plain(code));
      const { stdout } = await promisify(execFile)(process.execPath, [file], {
        cwd: folder, env: { ...process.env, EXPT_URL: exptd.url, EXPT_KEY: await exptd.key() },
      });
      assert.equal(stdout, output);
      return;
    }
    const { outputFiles } = await esbuild.build({
      stdin: { contents: await plain(code), resolveDir: folder }, bundle: true, format: 'esm', target: 'es2022',
      splitting: true, outdir: '/', write: false,
    });
    const files = { '/expt.wasm': readFileSync(path.join(core, 'dist', 'esm', 'expt.wasm')) };
    for (const { path: file, contents } of outputFiles) files[`/${path.basename(file)}`] = contents;
    const site = await serve(files, () => exptd.url);
    const config = JSON.stringify({ url: site.url, key: await exptd.key('client') });
    files['/'] = '<!doctype html><title>page</title><script src="/config.js"></script><script type="module" src="/stdin.js"></script>';
    files['/config.js'] = `window.config = ${config};`;
    const browser = await startBrowser();
    try {
      const tab = await browser.context.newPage();
      const lines = [];
      const done = new Promise((resolve, reject) => {
        tab.on('console', (message) => {
          if (message.type() !== 'log') return;
          lines.push(message.text());
          if (lines.length === output.trimEnd().split('\n').length) resolve();
        });
        tab.on('pageerror', reject);
      });
      await tab.goto(site.url);
      await done;
      assert.equal(lines.join('\n') + '\n', output);
    } finally {
      await browser.close();
      await site.close();
    }
  });
});
