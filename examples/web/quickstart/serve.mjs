// Bundles the page and serves it, with exptd behind the same address, as a proxy would in production.
// Usage: node serve.mjs EXPTD_URL CLIENT_KEY [PORT]
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const [exptd, key, port = '0'] = process.argv.slice(2);
if (key === undefined) {
  console.error('usage: node serve.mjs EXPTD_URL CLIENT_KEY [PORT]');
  process.exit(2);
}

const { outputFiles } = await esbuild.build({
  entryPoints: [path.join(here, 'main.mjs')], bundle: true, minify: true, format: 'esm', target: 'es2022',
  splitting: true, outdir: path.join(here, 'dist'), write: false,
});
const wasm = createRequire(createRequire(import.meta.url).resolve('@expt/web')).resolve('@expt/core/expt.wasm');
const files = new Map([
  ['/', { type: 'text/html', bytes: readFileSync(path.join(here, 'index.html')) }],
  ['/expt.wasm', { type: 'application/wasm', bytes: readFileSync(wasm) }],
  ...outputFiles.map(({ path: file, contents }) => [
    `/${path.basename(file)}`, { type: 'text/javascript', bytes: contents },
  ]),
]);

const server = createServer((incoming, outgoing) => {
  if (incoming.url.startsWith('/sdk/')) {
    const forwarded = request(new URL(incoming.url, exptd), { method: incoming.method, headers: incoming.headers }, (reply) => {
      outgoing.writeHead(reply.statusCode, reply.headers);
      reply.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(forwarded);
    return;
  }
  const config = { url: `http://${incoming.headers.host}`, key };
  const file = incoming.url === '/config.json'
    ? { type: 'application/json', bytes: JSON.stringify(config) }
    : files.get(incoming.url);
  if (file === undefined) return outgoing.writeHead(404).end();
  outgoing.writeHead(200, {
    'Content-Type': file.type,
    'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  });
  outgoing.end(file.bytes);
});
server.listen(Number(port), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
