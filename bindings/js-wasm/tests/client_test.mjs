// The Node client against a real exptd: the good days and the bad ones.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { createClient, clientFromFile, fixedClient, LoadError } from '@expt/node';
import { Exptd, eventually } from './exptd.mjs';
import { snapshots } from './paths.mjs';

const user = { targetingKey: 'user-42', country: 'CH', age: 31 };
let server;
let key;
let folder;
before(async () => {
  server = await Exptd.start();
  await server.seed();
  key = await server.key();
  folder = mkdtempSync(path.join(tmpdir(), 'expt-js-data-'));
});
after(async () => {
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

const open = (options = {}) => createClient({ url: server.url, key, retryInitialMs: 10, ...options });

/** The global fetch, whose answers to a path that contains `part` are changed. */
const tampering = (part, change) => async (url, init) => {
  const reply = await fetch(url, init);
  if (!url.includes(part) || !reply.ok) return reply;
  const bytes = change(new Uint8Array(await reply.arrayBuffer()));
  return new Response(bytes, { status: reply.status, headers: reply.headers });
};

test('decides, explains, and delivers each event once', async () => {
  const before = await server.accounting();
  const client = open({ expectedEnvironment: undefined });
  const events = [];
  client.on('ready', (event) => events.push(['ready', event.version]));
  assert.equal(client.enabled('new-checkout', user), false);
  assert.equal(client.decision('page-size', user, 7).errorCode, 'PROVIDER_NOT_READY');
  assert.equal(await client.ready(20_000), true);
  assert.deepEqual(events, [['ready', 1]]);
  assert.equal(client.enabled('new-checkout', user), true);
  assert.equal(client.enabled('new-checkout', { ...user, country: 'US' }), false);
  assert.equal(client.value('page-size', user, 20), 50);
  assert.equal(client.value('page-size', user, 'text'), 'text');
  assert.equal(client.decision('page-size', user, 'text').errorCode, 'TYPE_MISMATCH');
  assert.equal(client.decision('no-such-flag', user, 1).errorCode, 'FLAG_NOT_FOUND');
  const variant = client.variant('checkout-test', user, 'none');
  assert.ok(['control', 'treatment'].includes(variant));
  assert.equal(client.variant('checkout-test', { ...user }, 'none'), variant); // the same exposure again
  assert.deepEqual([...client.all(user).keys()].sort(), ['checkout-test', 'new-checkout', 'page-size']);
  const { json, text } = await client.explain('new-checkout', user);
  assert.equal(json.decision.variant, 'on');
  assert.match(text, /swiss/);
  assert.deepEqual(client.track('purchase', user, { value: 19.9, properties: { items: 3, gift: true, note: 'ü' } }), {
    accepted: true,
  });
  assert.deepEqual(client.track('', user), { accepted: false, dropped: 'invalid' });
  assert.deepEqual(client.track('purchase', {}), { accepted: false, dropped: 'invalid' });
  assert.deepEqual(client.identify(user, 'account', 'a-1'), { accepted: true });
  const report = await client.flush(20_000);
  assert.deepEqual(report, { delivered: 3, rejected: 0, remaining: 0 });
  const status = client.status();
  assert.equal(status.state, 'fresh');
  assert.equal(status.snapshotVersion, 1);
  assert.equal(status.lastError, undefined);
  assert.equal(status.exposuresSuppressed, 1);
  assert.deepEqual(status.drops.map(({ reason, kind, count }) => [reason, kind, count]), [['invalid', 'metric', 2]]);
  await client.close();
  await client.close();
  assert.deepEqual(client.track('purchase', user), { accepted: false, dropped: 'closed' });
  const after = await server.accounting();
  // Summaries are stored, too; they say how often each flag was asked.
  assert.ok(after.totals.stored - before.totals.stored >= 3);
  assert.equal(after.totals.rejected, before.totals.rejected);
  assert.equal(after.totals.duplicate, before.totals.duplicate);
  const stored = (kind) =>
    after.received.filter((row) => row.kind === kind && row.outcome === 'stored').reduce((sum, row) => sum + row.count, 0);
  assert.equal(stored('exposure'), 1);
  assert.equal(stored('metric'), 1);
});

test('a publish is seen by the next look, and "change" names the flags', async () => {
  const client = open();
  await client.ready(20_000);
  const changes = [];
  client.on('change', (event) => changes.push(event));
  await server.setPageSize('small');
  const { version } = await server.publish();
  await client.refresh();
  await eventually(() => client.status().snapshotVersion === version);
  assert.equal(client.value('page-size', user, 0), 20);
  assert.equal(changes.length, 1);
  assert.ok(changes[0].flags.includes('page-size'));
  await server.setPageSize('large');
  await server.publish();
  await client.close();
});

test('a key with another secret gets no snapshot, and nobody gets to read the secret', async () => {
  const said = [];
  const wrong = key.replace(/\.[^.]*$/, '.not-the-secret');
  const client = open({ key: wrong, log: (_, text) => said.push(text) });
  const failed = new Promise((resolve) => client.on('error', ({ error }) => resolve(error)));
  assert.match((await failed).message, /^head: expected status 200, got 401, the key is not accepted$/);
  assert.equal(client.value('page-size', user, 7), 7);
  assert.equal(client.decision('page-size', user, 7).errorCode, 'PROVIDER_NOT_READY');
  assert.equal(client.status().state, 'not_ready');
  assert.ok(!said.join().includes('not-the-secret'));
  await client.close(0);
});

test('a key that pins another root trusts nobody', async () => {
  const parts = key.split('.');
  parts[5] = Buffer.alloc(32, 1).toString('base64url');
  const client = open({ key: parts.join('.') });
  const failed = new Promise((resolve) => client.on('error', ({ error }) => resolve(error)));
  const error = await failed;
  assert.ok(error instanceof LoadError);
  assert.deepEqual([error.code, error.step], ['DIGEST_MISMATCH', 3]);
  await client.close(0);
});

test('wrong options are refused by name', () => {
  const refused = (options, text) =>
    assert.throws(() => open(options), (error) => error instanceof TypeError && error.message.startsWith(text));
  refused({ url: 'flags.example.com' }, 'url:');
  refused({ url: 'http://flags.example.com' }, 'url: plain http');
  refused({ key: 'secret' }, 'key:');
  refused({ expectedEnvironment: 'env_other' }, 'key: expected environment "env_other"');
  refused({ pollIntervalMs: 5 }, 'pollIntervalMs: expected 100 to');
  refused({ dataDirectory: '' }, 'dataDirectory:');
  refused({ snapshotUrl: 'http://cdn.example.com' }, 'snapshotUrl: plain http');
  refused({ onVeryStale: 'panic' }, "onVeryStale: expected 'keep', 'defaults' or 'failClosed', got 'panic'");
});

test('a snapshot that was tampered with is refused; what was served stays', async () => {
  const refused = async (part, change) => {
    const client = open({ fetch: tampering(part, change) });
    const error = await new Promise((resolve) => client.on('error', (event) => resolve(event.error)));
    assert.equal(client.decision('page-size', user, 7).errorCode, 'PROVIDER_NOT_READY');
    await client.close(0);
    return [error.code, error.step];
  };
  const flip = (at) => (bytes) => ((bytes[at < 0 ? bytes.length + at : at] ^= 1), bytes);
  assert.deepEqual(await refused('/snapshots/', flip(-1)), ['DIGEST_MISMATCH', 3]);
  assert.deepEqual(await refused('/snapshots/', flip(0)), ['BAD_ENVELOPE', 2]);
  assert.deepEqual(await refused('/snapshots/', flip(40)), ['BAD_SIGNATURE', 5]);
  assert.deepEqual(await refused('/sdk/v1/head', flip(-1)), ['BAD_SIGNATURE', 5]);
  assert.deepEqual(await refused('/sdk/v1/root/', flip(-1)), ['DIGEST_MISMATCH', 3]);

  let isEvil = false;
  const client = open({ fetch: tampering('/snapshots/', (bytes) => (isEvil ? flip(-1)(bytes) : bytes)) });
  assert.equal(await client.ready(20_000), true);
  const version = client.status().snapshotVersion;
  isEvil = true;
  await server.publish();
  await client.refresh();
  assert.equal(client.status().lastError.code, 'DIGEST_MISMATCH');
  assert.equal(client.status().snapshotVersion, version);
  assert.equal(client.value('page-size', user, 7), 50);
  await client.close();
});

test('starts offline from the data directory, and knows that it is stale', async () => {
  const dataDirectory = path.join(folder, 'offline');
  const first = open({ dataDirectory });
  assert.equal(await first.ready(20_000), true);
  const version = first.status().snapshotVersion;
  await first.close();
  const file = path.join(dataDirectory, 'current.json');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(!readFileSync(file, 'utf8').includes(key.split('.').pop()));

  const down = () => Promise.reject(new TypeError('no network'));
  const second = open({ dataDirectory, fetch: down });
  assert.equal(await second.ready(20_000), true);
  assert.equal(second.value('page-size', user, 7), 50);
  await eventually(() => second.status().lastError !== undefined);
  assert.equal(second.status().state, 'stale');
  assert.equal(second.status().snapshotVersion, version);
  await second.close(0);

  // Another environment's directory is not ours.
  const parts = key.split('.');
  parts[2] = 'env_other';
  const other = open({ key: parts.join('.'), dataDirectory, fetch: down });
  await new Promise((resolve) => other.on('error', resolve));
  assert.equal(other.status().state, 'not_ready');
  await other.close(0);

  // The file before serves where the newest is damaged, and the damaged one is kept for a look.
  const third = open({ dataDirectory });
  await third.ready(20_000);
  await server.publish();
  await third.refresh();
  await eventually(() => third.status().snapshotVersion > version && existsSync(path.join(dataDirectory, 'previous.json')));
  await third.close();
  writeFileSync(file, readFileSync(file, 'utf8').replace('"base64', '"base46'));
  const fourth = open({ dataDirectory, fetch: down });
  assert.equal(await fourth.ready(20_000), true);
  assert.ok(existsSync(`${file}.corrupt`));
  await fourth.close(0);
});

test('status tells where the snapshot came from, and what was refused how often', async () => {
  let isEvil = false;
  const client = open({
    fetch: tampering('/snapshots/', (bytes) => (isEvil ? ((bytes[bytes.length - 1] ^= 1), bytes) : bytes)),
  });
  assert.equal(client.status().source, 'none');
  await client.ready(20_000);
  let status = client.status();
  assert.deepEqual([status.source, status.conditions, status.loadCounts], ['network', [], []]);
  isEvil = true;
  await server.publish();
  await client.refresh();
  await client.refresh(); // remembered, and not counted again
  status = client.status();
  assert.deepEqual(status.conditions, ['rejected']);
  assert.deepEqual(status.loadCounts, [{ step: 3, code: 'DIGEST_MISMATCH', count: 1 }]);
  isEvil = false;
  await server.publish();
  await client.refresh();
  assert.deepEqual(client.status().conditions, []);
  await client.close();

  const cannotSave = { load: () => Promise.resolve([]), save: () => Promise.reject(new Error('no space')) };
  const unsaved = open({ store: cannotSave });
  await unsaved.ready(20_000);
  await eventually(() => unsaved.status().conditions.includes('cache_unavailable'));
  assert.equal(unsaved.status().loadCounts[0].code, 'LKG_NOT_SAVED');
  await unsaved.close();
});

test('a very stale client decides as onVeryStale says, until a Head is verified', async () => {
  const dataDirectory = path.join(folder, 'very-stale');
  const day = 25 * 3_600_000;
  let isLater = false;
  const options = { dataDirectory, now: () => Date.now() + (isLater ? day : 0) };
  const first = open(options);
  await first.ready(20_000);
  await first.close();
  isLater = true;
  let isDown = true;
  const flaky = (url, init) => (isDown ? Promise.reject(new TypeError('no network')) : fetch(url, init));
  for (const onVeryStale of ['keep', 'failClosed', 'defaults']) {
    const client = open({ ...options, fetch: flaky, onVeryStale });
    assert.equal(await client.ready(20_000), true);
    const status = client.status();
    assert.deepEqual([status.state, status.source], ['very_stale', 'saved']);
    assert.ok(status.ageMs >= day);
    const decision = client.decision('page-size', user, 7);
    const wanted = onVeryStale === 'defaults' ? [7, 'STALE'] : [50, 'STATIC'];
    assert.deepEqual([decision.value, decision.reason], wanted, onVeryStale);
    if (onVeryStale !== 'defaults') {
      await client.close(0);
      continue;
    }
    isDown = isLater = false; // the clock is put right, and the network is back
    await client.refresh();
    await eventually(() => client.status().state === 'fresh');
    assert.equal(client.value('page-size', user, 7), 50);
    await client.close();
  }
});

test('snapshots are fetched from snapshotUrl first, without the key', async () => {
  const asked = [];
  const files = 'https://cdn.example.com/snapshots';
  const serving = (answer) => async (url, init) => {
    if (!url.startsWith(files)) return fetch(url, init);
    asked.push([url, init.headers.Authorization]);
    return answer(url.slice(files.length + 1));
  };
  const fromServer = (digest) =>
    fetch(`${server.url}/sdk/v1/snapshots/${digest}`, {
      headers: { Authorization: `Bearer ${key.split('.')[3]}.${key.split('.')[6]}` },
    });
  const client = open({ snapshotUrl: `${files}/`, fetch: serving(fromServer) });
  await client.ready(20_000);
  assert.deepEqual(asked, [[`${files}/${client.pin().digest}`, undefined]]);
  assert.deepEqual(client.status().loadCounts, []);
  await client.close();
  for (const [answer, counted] of [
    [() => new Response('', { status: 404 }), []],
    [() => Promise.reject(new TypeError('no network')), []],
    [() => new Response('<html>please log in</html>'), ['BAD_ENVELOPE']],
  ]) {
    const fallen = open({ snapshotUrl: files, fetch: serving(answer) });
    assert.equal(await fallen.ready(20_000), true);
    assert.deepEqual(fallen.status().loadCounts.map((row) => row.code), counted);
    assert.equal(fallen.status().lastError, undefined);
    await fallen.close();
  }
});

test('a bundle serves without any server', async () => {
  const bundle = path.join(folder, 'web.bundle');
  await server.fetchBundle(bundle);
  const down = () => Promise.reject(new TypeError('no network'));
  const client = open({ fetch: down, bundle: new Uint8Array(readFileSync(bundle)) });
  assert.equal(await client.ready(20_000), true);
  assert.equal(client.status().source, 'bundle');
  assert.equal(client.value('page-size', user, 7), 50);
  await client.close(0);
  const whole = readFileSync(bundle);
  for (const bytes of [new Uint8Array(), new Uint8Array(100), whole.subarray(0, -1), whole.subarray(1)]) {
    assert.throws(() => open({ bundle: bytes }), { name: 'TypeError', message: /^bundle: expected/ });
  }
});

test('a Root that has ended is trusted with nothing new', async () => {
  const read = (name) => new Uint8Array(readFileSync(path.join(snapshots, 'ended', name)));
  const root = read('root.exs1');
  const pin = Buffer.from(await crypto.subtle.digest('SHA-256', root)).toString('base64url');
  const files = { '/sdk/v1/root/1': root, '/sdk/v1/head': read('head.exs1') };
  const client = createClient({
    url: 'https://flags.example.com', key: `expt1.srv.env_workload.k1.1.${pin}.secretsecretsecretsecret`,
    fetch: async (url) => {
      const file = files[new URL(url).pathname];
      return file === undefined ? new Response('', { status: 404 }) : new Response(file);
    },
  });
  const error = await new Promise((resolve) => client.on('error', (event) => resolve(event.error)));
  assert.deepEqual([error.code, error.step], ['UNKNOWN_KEY', 4]);
  assert.match(error.message, /it has ended$/);
  await client.close(0);
});

test('events outlive an exptd that goes away', async () => {
  const client = open({ retryMaxMs: 20 });
  await client.ready(20_000);
  await client.flush(20_000);
  await server.stop();
  for (let i = 0; i < 700; i++) assert.ok(client.track('visit', { targetingKey: `u${i}` }).accepted);
  const report = await client.flush(200);
  assert.equal(report.delivered, 0);
  assert.equal(report.remaining, 700);
  await server.run();
  assert.deepEqual(await client.flush(60_000), { delivered: 700, rejected: 0, remaining: 0 });
  await client.close();
});

test('an event that the server cannot take is found and dropped, its neighbours arrive', async () => {
  // The real server takes all of these, so the answer 413 is made here.
  let sent = 0;
  const client = open({
    fetch: async (url, init) => {
      if (!url.endsWith('/events')) return fetch(url, init);
      sent++;
      const body = new TextDecoder('latin1').decode(init.body);
      return body.includes('poison') ? new Response('', { status: 413 }) : fetch(url, init);
    },
  });
  await client.ready(20_000);
  for (const name of ['a', 'b', 'poison', 'c']) client.track(name, user);
  assert.deepEqual(await client.flush(20_000), { delivered: 3, rejected: 1, remaining: 0 });
  assert.ok(sent > 3);
  assert.deepEqual(client.status().drops.map((row) => [row.reason, row.kind, row.count]), [['rejected', 'metric', 1]]);
  await client.close();
});

test('nothing raises on the evaluation path', async () => {
  const client = open();
  await client.ready(20_000);
  const circular = { targetingKey: 'u' };
  for (const name of ['a', 'b', 'c']) circular[name] = circular;
  const throwing = { targetingKey: 'u', get country() { throw new Error('mine'); } };
  const contexts = [
    null, undefined, 42, 'text', [], circular, throwing, new Proxy({}, { ownKeys() { throw new Error('mine'); } }),
    { targetingKey: Symbol('s') }, { targetingKey: () => {} }, { targetingKey: '\ud800' }, { targetingKey: NaN },
    { targetingKey: 2 ** 60 }, { targetingKey: 10n ** 30n }, { country: new Date() }, { country: [1, 'a'] }, new Map(),
  ];
  for (const context of contexts) {
    assert.equal(client.enabled('new-checkout', context), false);
    assert.equal(typeof client.variant('checkout-test', context, 'none'), 'string');
    assert.ok(client.decision('page-size', context, 7).reason);
    assert.equal(client.all(context).size, 3);
    assert.equal(typeof client.track('visit', context).accepted, 'boolean');
    assert.equal(typeof client.expose('checkout-test', 'control', context).accepted, 'boolean');
    assert.equal(typeof (await client.explain('new-checkout', context)).text, 'string');
  }
  for (const flag of [null, undefined, 42, '', '\ud800', '__proto__', 'constructor']) {
    assert.equal(client.value(flag, user, 7), 7);
  }
  client.on('change', () => { throw new Error('mine'); });
  await client.refresh();
  await client.close();
});

test('an imported assignment needs a server key and a known experiment', async () => {
  const client = open();
  await client.ready(20_000);
  assert.deepEqual(client.expose('checkout-test', 'treatment', user, { timeMs: Date.now() - 1000, eventId: 'import-1' }), {
    accepted: true,
  });
  assert.equal(client.expose('checkout-test', 'nobody', user).dropped, 'invalid');
  assert.equal(client.expose('no-such-test', 'control', user).dropped, 'invalid');
  assert.deepEqual(await client.flush(20_000), { delivered: 1, rejected: 0, remaining: 0 });
  client.expose('checkout-test', 'treatment', user, { eventId: 'import-1' });
  const again = await client.flush(20_000);
  assert.equal(again.delivered + again.rejected, 1); // the same id: a duplicate, or a conflict by its time
  await client.close();
  const page = createClient({ url: server.url, key: await server.key('client') });
  await page.ready(20_000);
  assert.equal(page.expose('checkout-test', 'treatment', user).dropped, 'invalid');
  assert.equal(page.value('page-size', user, 0), 50);
  await page.close();
});

test('what is decided without a record is reported when it is applied', async () => {
  const client = open();
  await client.ready(20_000);
  const someone = { targetingKey: 'user-later' };
  const decision = client.all(someone).get('checkout-test');
  assert.equal(decision.exposures.length, 1);
  assert.equal((await client.flush(20_000)).delivered, 0);
  client.expose(decision, someone);
  client.expose(decision, someone);
  assert.equal((await client.flush(20_000)).delivered, 1);
  const page = client.dehydrate(someone, ['checkout-test', 'no-such-flag']);
  assert.deepEqual(JSON.parse(JSON.stringify(page)).decisions, [decision]);
  await client.close();
});

test('a signal closes the client', async () => {
  const abort = new AbortController();
  const client = open({ signal: abort.signal });
  await client.ready(20_000);
  abort.abort();
  assert.equal(client.track('visit', user).dropped, 'closed');
  const waiting = createClient({ url: server.url, key, fetch: () => new Promise(() => {}) });
  assert.equal(await waiting.ready(60_000, { signal: AbortSignal.abort() }), false);
  await waiting.close(0);
});

test('a program can be tested with fixed values or files', async () => {
  const fixed = fixedClient({ 'new-checkout': true, 'page-size': 50, theme: 'dark' });
  assert.equal(fixed.enabled('new-checkout', user), true);
  assert.equal(fixed.value('page-size', user, 20), 50);
  assert.equal(fixed.value('page-size', user, 'text'), 'text');
  assert.equal(fixed.variant('theme', user, 'light'), 'dark');
  assert.equal(fixed.enabled('other', user), false);
  fixed.track('purchase', user, { value: 1 });
  assert.deepEqual(fixed.tracked, [{ name: 'purchase', value: 1 }]);

  const files = { snapshot: path.join(folder, 'snapshot.exs1'), root: path.join(folder, 'root.exs1') };
  writeFileSync(files.snapshot, await server.download('snapshot?audience=server'));
  writeFileSync(files.root, await server.download('root'));
  const local = await clientFromFile(files);
  assert.equal(local.enabled('new-checkout', user), true);
  assert.equal(local.value('page-size', user, 20), 50);
  assert.match((await local.explain('new-checkout', user)).text, /swiss/);
  await assert.rejects(clientFromFile({ ...files, root: files.snapshot }), LoadError);
});
