// Chromium, and a server for its pages.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/** A browser with a fresh profile, which pages may write to. */
export async function startBrowser() {
  if (!existsSync(program)) throw new Error(`expected Chromium at ${program}; install it or set CHROMIUM`);
  const profile = mkdtempSync(path.join(tmpdir(), 'expt-chromium-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath: program, args: flags });
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };

/** Serves `files` (path → bytes, or a function that reads them) and hands /sdk/ over to `exptd()`. */
export async function serve(files, exptd = () => undefined, policy = "script-src 'self' 'wasm-unsafe-eval'") {
  const server = createServer((incoming, outgoing) => {
    const { pathname } = new URL(incoming.url, 'http://page');
    if (pathname.startsWith('/sdk/')) {
      const behind = exptd();
      if (behind === undefined) return incoming.socket.destroy();
      const forwarded = request(new URL(incoming.url, behind), { method: incoming.method, headers: incoming.headers }, (reply) => {
        outgoing.writeHead(reply.statusCode, reply.headers);
        reply.pipe(outgoing);
      });
      forwarded.on('error', () => outgoing.destroy());
      incoming.pipe(forwarded);
      return;
    }
    const given = files[pathname] ?? files[`${pathname.slice(0, pathname.indexOf('/', 1) + 1)}*`];
    const bytes = typeof given === 'function' ? given(pathname) : given;
    if (bytes === undefined) return outgoing.writeHead(404).end();
    outgoing.writeHead(200, {
      'Content-Type': types[path.extname(pathname === '/' ? '.html' : pathname) || '.html'] ?? 'application/octet-stream',
      'Content-Security-Policy': policy,
    });
    outgoing.end(bytes);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  };
}

/** A function for serve() that reads files of `folder`, asked for as /name/file. */
export const filesOf = (folder) => (pathname) => {
  const file = path.join(folder, ...pathname.split('/').slice(2).map(decodeURIComponent));
  return existsSync(file) ? readFileSync(file) : undefined;
};
