import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The engine for the playground: `core` is a link to the built package @expt/core of bindings/js-wasm. An alias rather
// than a package of node_modules, so that both can be installed in any order.
const core = fileURLToPath(new URL('core/dist/esm/', import.meta.url));

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: [
      { find: /^@expt\/core\/(expt_\w+\.wasm)/, replacement: `${core}$1` },
      { find: /^@expt\/core$/, replacement: `${core}index.js` },
    ],
  },
  build: {
    outDir: process.env['EXPT_UI_OUT'] ?? 'dist',
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: 'es2022',
    // A small file would become a data: URL, which the content security policy blocks.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
  },
  // `npm run dev` talks to the exptd of EXPT_URL.
  server: {
    host: '127.0.0.1',
    fs: { allow: ['.', core] },
    proxy: { '/api': process.env['EXPT_URL'] ?? 'http://127.0.0.1:8080', '/sdk': process.env['EXPT_URL'] ?? 'http://127.0.0.1:8080' },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
