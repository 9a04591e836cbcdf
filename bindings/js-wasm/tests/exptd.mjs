// A real exptd on a free port with a project, an environment and the flags of the quickstart.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { binary } from './paths.mjs';

const program = path.join(binary, 'bin', 'exptd');

export class Exptd {
  static async start() {
    const server = new Exptd();
    server.folder = mkdtempSync(path.join(tmpdir(), 'expt-js-'));
    await server.run('127.0.0.1:0');
    const setup = await server.api('POST', '/api/v1/setup', { token: server.setupToken }, false);
    server.token = setup.api_token;
    return server;
  }

  /** Starts the program; again after stop(), with what it knew, at the same address. */
  async run(listen = new URL(this.url).host) {
    this.child = spawn(program, ['serve', '--dev', '--data', path.join(this.folder, 'state'), '--listen', listen], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    await new Promise((resolve, reject) => {
      const read = (chunk) => {
        text += chunk;
        const url = /^listening on (http\S+)/m.exec(text)?.[1];
        if (url === undefined) return;
        this.url = url;
        this.setupToken = /^setup token: (\S+)/m.exec(text)?.[1] ?? this.setupToken;
        resolve();
      };
      this.child.stdout.on('data', read);
      this.child.stderr.on('data', read);
      this.child.once('error', reject);
      this.child.once('exit', () => reject(new Error(`exptd did not start:\n${text}`)));
    });
  }

  async stop() {
    if (this.child === undefined) return;
    const { child } = this;
    this.child = undefined;
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  async remove() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async api(method, path, body, withToken = true) {
    const reply = await fetch(this.url + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...(withToken && { Authorization: `Bearer ${this.token}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  static environment = '/api/v1/projects/shop/environments/production';

  /** The quickstart's definitions, published. */
  async seed() {
    const project = '/api/v1/projects/shop';
    await this.api('POST', '/api/v1/projects', { key: 'shop', name: 'Shop' });
    await this.api('POST', `${project}/environments`, { key: 'production', name: 'Production' });
    await this.api('POST', `${project}/attributes`, { key: 'country', type: 'string', analytics: true });
    const flag = (key, type, variants) => this.api('POST', `${project}/flags`, { key, type, variants, visibility: 'client' });
    await flag('new-checkout', 'boolean', [{ key: 'off', value: false }, { key: 'on', value: true }]);
    await flag('page-size', 'integer', [{ key: 'small', value: 20 }, { key: 'large', value: 50 }]);
    await flag('checkout-test', 'string', [{ key: 'control', value: 'classic' }, { key: 'treatment', value: 'one-page' }]);
    const to = Exptd.environment;
    await this.api('POST', `${to}/experiments`, {
      key: 'checkout-test', flag: 'checkout-test', status: 'running', control: 'control', salt: 'quickstart',
      weights: { control: 500_000, treatment: 500_000 },
    });
    await this.api('PUT', `${to}/flags/new-checkout`, {
      enabled: true, off_variant: 'off', default_serve: { variant: 'off' },
      rules: [{
        id: 'swiss', serve: { variant: 'on' },
        condition: { attribute: 'country', operator: 'in', operands: ['CH', 'LI'] },
      }],
    });
    await this.setPageSize('large');
    await this.api('PUT', `${to}/flags/checkout-test`, {
      enabled: true, off_variant: 'control', rules: [{ id: 'test', serve: { experiment: 'checkout-test' } }],
    });
    await this.publish();
  }

  /** The project of `make demo`, with its history. */
  async seedDemo() {
    const environment = { ...process.env, EXPT_URL: this.url, EXPT_TOKEN: this.token };
    await promisify(execFile)(path.join(binary, 'bin', 'simulation'), ['seed', '--state', path.join(this.folder, 'key.json')], {
      env: environment,
    });
  }

  setPageSize(variant) {
    return this.api('PUT', `${Exptd.environment}/flags/page-size`, {
      enabled: true, off_variant: 'small', default_serve: { variant },
    });
  }
  publish() {
    return this.api('POST', `${Exptd.environment}/publish`, { comment: 'test' });
  }
  async key(kind = 'server') {
    return (await this.api('POST', `${Exptd.environment}/keys`, { kind, name: kind })).key;
  }
  /** What became of the events of the environment. */
  async accounting() {
    return this.api('GET', `${Exptd.environment}/events/accounting`);
  }
  /** The live snapshot and its Roots as one file, by the program `expt`. */
  async fetchBundle(file) {
    const environment = {
      ...process.env, EXPT_URL: this.url, EXPT_TOKEN: this.token, EXPT_PROJECT: 'shop', EXPT_ENVIRONMENT: 'production',
    };
    await promisify(execFile)(path.join(binary, 'bin', 'expt'), ['fetch', '--bundle', file], { env: environment });
  }
  async download(what) {
    const reply = await fetch(`${this.url}${Exptd.environment}/${what}`, {
      headers: { Authorization: `Bearer ${this.token}` },
    });
    if (!reply.ok) throw new Error(`${what}: ${reply.status}`);
    return new Uint8Array(await reply.arrayBuffer());
  }
}

/** Looks again until `check` gives something true; the test's own limit ends it. */
export async function eventually(check) {
  for (;;) {
    const result = await check();
    if (result) return result;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
