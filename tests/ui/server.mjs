// A real exptd on a fresh directory, with or without the demo project.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Where the programs are. */
export const bin = process.env.EXPT_BIN ?? 'build/bin';

const ended = (child) => (child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('exit', resolve)));

async function stop(child) {
  child.kill('SIGTERM');
  await ended(child);
}

/** Runs a program to its end; its standard output. Another exit code than one of `codes` is an error. */
export async function run(program, args, { env = {}, codes = [0] } = {}) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (errors += text));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (!codes.includes(code)) throw new Error(`${path.basename(program)} ${args.join(' ')}: expected exit code ${codes.join(' or ')}, got ${code}: ${errors}${output}`);
  return output;
}

export class Server {
  #child;
  #folder = mkdtempSync(path.join(tmpdir(), 'expt-ui-'));
  #traffic;
  url = '';
  setupToken = '';

  static async start() {
    const server = new Server();
    const child = spawn(path.join(bin, 'exptd'), ['serve', '--dev', '--data', path.join(server.#folder, 'state'), '--listen', '127.0.0.1:0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    server.#child = child;
    let output = '';
    await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`exptd ended with ${code}: ${output}`)));
      child.stderr.on('data', (text) => (output += text));
      child.stdout.on('data', (text) => {
        output += text;
        const url = /^listening on (\S+)$/m.exec(output);
        if (url === null) return;
        server.url = url[1];
        server.setupToken = /^setup token: (\S+)$/m.exec(output)?.[1] ?? '';
        resolve();
      });
    });
    child.removeAllListeners('exit');
    return server;
  }

  /** Changes the setup token into an API token, without a page. */
  async setUp() {
    const answer = await fetch(`${this.url}/api/v1/setup`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token: this.setupToken }),
    });
    this.token = (await answer.json()).api_token;
    return this.token;
  }

  #env() {
    return { EXPT_URL: this.url, EXPT_TOKEN: this.token, EXPT_PROJECT: 'shop', EXPT_ENVIRONMENT: 'production' };
  }

  /** The demo project with 14 days of history. */
  async seed() {
    if (this.token === undefined) await this.setUp();
    await run(path.join(bin, 'simulation'), ['seed', '--state', path.join(this.#folder, 'key.json')], { env: this.#env() });
  }

  startTraffic() {
    this.#traffic = spawn(path.join(bin, 'simulation'), ['live', '--rate', '200', '--state', path.join(this.#folder, 'key.json')], {
      env: { ...process.env, ...this.#env() }, stdio: 'ignore',
    });
  }

  async stopTraffic() {
    if (this.#traffic !== undefined) await stop(this.#traffic);
    this.#traffic = undefined;
  }

  /** Calls the API with the token. */
  async call(method, address, body, headers = {}) {
    const answer = await fetch(this.url + address, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${address}: ${answer.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  async stop() {
    await this.stopTraffic();
    await stop(this.#child);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
