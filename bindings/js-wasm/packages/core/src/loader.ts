// Keeps the snapshot fresh: Root, Head, Snapshot, in this order, each verified before it counts.
//
//   no Root --GET root/{n}, digest = pin--> Root --GET head--> Head --GET snapshots/{digest}--> Snapshot --> install
//
// A Snapshot is looked for at `snapshotUrl` first, where there is one. On any refusal what is served stays. A snapshot
// digest that was refused is left alone for an hour.
import type { Engine } from './engine.js';
import { openHead, type Head, type HeadFloor, type SnapshotRef } from './head.js';
import { LoadError, type LoadCode } from './load_error.js';
import type { Settings } from './options.js';
import { Backoff, parseRetryAfter } from './retry.js';
import { Root } from './root.js';
import { authorizationHeader } from './sdk_key.js';
import { Snapshot, type Floor, type Stale } from './snapshot.js';
import type { SavedState } from './store.js';
import { equalBytes, fromHex, hex } from './text.js';
import { after } from './timer.js';
import { send, type Reply } from './transport.js';

const kib = 1024;
const maxHeader = 20 + 16 * 72;
const refusalMs = 3_600_000;
const transferRefusalMs = 60_000;
const maxLeadMs = 600_000;
const maxRootSteps = 64;
/** docs/client.md, "Staleness". */
export const freshMs = 15 * 60_000;
export const veryStaleMs = 24 * 3_600_000;

/** Where what is served came from. */
export type Source = 'none' | 'network' | 'saved' | 'bundle';

/** An answer of the server that is none; it tells how long to wait where the server said so. */
class ReplyError extends Error {
  override readonly name = 'ReplyError';
  readonly retryAfterMs: number | undefined;

  constructor(text: string, retryAfterMs?: number) {
    super(text);
    this.retryAfterMs = retryAfterMs;
  }
}

export interface LoaderEvents {
  install(snapshot: Snapshot): void;
  /** The last attempt failed, or succeeded again. */
  status(error: Error | undefined): void;
  /** What could not be kept, or was kept again. */
  saved(error: Error | undefined): void;
}

/** Refusals and local failures with one code. */
export interface LoadCount {
  readonly step: number;
  readonly code: LoadCode;
  count: number;
}

export interface Bootstrap {
  /** Whole files, each version after the one before; the pinned one is among them. */
  roots: Uint8Array[];
  snapshot: Uint8Array;
}

export class Loader {
  readonly #settings: Settings;
  readonly #events: LoaderEvents;
  readonly #backoff: Backoff;
  readonly #refused = new Map<string, { untilMs: number; error: LoadError }>();
  #engine!: Engine; // once it is loaded
  #roots: Root[] = [];
  #head: Head | undefined;
  #headFile: Uint8Array | undefined;
  #headFloor: HeadFloor = { epoch: 0, headNumber: 0 };
  #floor: Floor = { epoch: 0, version: 0 };
  #etag = '';
  #verifiedAt: number | undefined; // monotonic, of #head
  #snapshot = Snapshot.empty; // without overlay
  #snapshotFile: Uint8Array | undefined;
  // As installed.
  #emergencyOff: readonly string[] = [];
  #stale: Stale = 'keep';
  #since = 0; // monotonic: ages are counted from here
  #cancelAging: (() => void) | undefined;
  #spread = '';
  #isReachable = false;
  #isRemembered = false; // what the step ends with was counted before
  #abort = new AbortController();
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;
  isClockSuspect = false;
  /** A Head was verified by this client. */
  isVerified = false;
  source: Source = 'none';
  /** Why the newest Head or Snapshot was refused, until one is accepted. */
  rejected: LoadError | undefined;
  readonly loadCounts = new Map<LoadCode, LoadCount>();

  constructor(settings: Settings, events: LoaderEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#backoff = new Backoff(settings.retryInitialMs, settings.retryMaxMs);
  }

  /** Loads what was kept and what was bundled, then begins to poll. Never rejects. */
  async start(engine: () => Promise<Engine>, bootstrap?: Bootstrap): Promise<void> {
    try {
      this.#engine = await engine();
      this.#backoff.reset();
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#events.status(new Error(`engine: ${asError(error).message}`));
      this.#cancel = after(this.#backoff.next(), () => void this.start(engine, bootstrap));
      return;
    }
    try {
      const { root } = this.#settings;
      if (root !== undefined) this.#roots = [await Root.parse(this.#engine, root)];
      await this.#loadSaved();
      if (bootstrap !== undefined) await this.#loadBootstrap(bootstrap);
    } catch (error) {
      this.#count(asError(error));
      this.#events.status(asError(error));
    }
    this.#verified(this.#since);
    if (!this.#abort.signal.aborted) await this.refresh();
  }

  /** Since the last verified Head; at first since the one that was kept was issued, or since the start. */
  get ageMs(): number {
    return Math.max(0, this.#settings.monotonic() - this.#since);
  }

  /** Resolves when what was under way has ended, saving included. */
  stop(): Promise<void> {
    this.#abort.abort();
    this.#cancel?.();
    this.#cancelAging?.();
    return this.#running ?? Promise.resolve();
  }

  /** Looks for a new Head now, and plans the next look. Never rejects. */
  refresh(): Promise<void> {
    if (this.#engine === undefined) return Promise.resolve();
    return (this.#running ??= this.#step().finally(() => (this.#running = undefined)));
  }

  async #step(): Promise<void> {
    this.#cancel?.();
    this.#isReachable = false;
    this.#isRemembered = false;
    let error: Error | undefined;
    try {
      if (this.#roots.length === 0) await this.#fetchFirstRoot();
      await this.#fetchHead();
      await this.#followHead();
    } catch (thrown) {
      error = asError(thrown);
    }
    if (this.#abort.signal.aborted) return;
    if (error instanceof LoadError) {
      this.rejected = error;
      if (!this.#isRemembered) this.#count(error);
    } else if (error === undefined) {
      this.rejected = undefined;
    }
    this.#events.status(error);
    let wait: number;
    if (this.#isReachable) {
      this.#backoff.reset();
      const interval = Math.max(this.#settings.pollIntervalMs, this.#head?.pollIntervalMs ?? 0);
      wait = interval * (0.9 + Math.random() * 0.2);
    } else {
      wait = this.#backoff.next(error instanceof ReplyError ? error.retryAfterMs : undefined);
    }
    this.#cancel = after(wait, () => void this.refresh());
  }

  #count(error: Error): void {
    if (!(error instanceof LoadError)) return;
    const { step, code } = error;
    const row = this.loadCounts.get(code) ?? { step, code, count: 0 };
    row.count++;
    this.loadCounts.set(code, row);
  }

  // Where there is an `onVeryStale`, what serves follows its age.
  #verified(since: number): void {
    this.#since = since;
    this.#watchAge();
  }

  #watchAge(): void {
    this.#cancelAging?.();
    if (this.#settings.onVeryStale === 'keep') return;
    const left = veryStaleMs - this.ageMs;
    if (left > 0) {
      this.#cancelAging = after(left, () => this.#watchAge());
    } else {
      this.#applyOverlay();
    }
  }

  async #get(path: string, maxReplyBytes: number, withKey: boolean): Promise<Reply> {
    const { url, key, fetch, requestTimeoutMs } = this.#settings;
    const headers: Record<string, string> = {};
    if (withKey) headers['Authorization'] = authorizationHeader(key);
    if (path === '/sdk/v1/head' && this.#etag !== '') headers['If-None-Match'] = this.#etag;
    return send(fetch, url + path, {
      headers, maxReplyBytes, timeoutMs: requestTimeoutMs, signal: this.#abort.signal,
    });
  }

  #unexpected(what: string, reply: Reply): ReplyError {
    const why = { 401: ', the key is not accepted', 403: ', the key is not allowed' }[reply.status] ?? '';
    const text = `${what}: expected status 200, got ${reply.status}${why}`;
    return new ReplyError(text, parseRetryAfter(reply.header('retry-after'), this.#settings.now()));
  }

  get #root(): Root {
    return this.#roots[this.#roots.length - 1]!;
  }

  async #fetchFirstRoot(): Promise<void> {
    const { rootVersion, rootDigest } = this.#settings.key;
    const reply = await this.#get(`/sdk/v1/root/${rootVersion}`, 64 * kib + maxHeader, false);
    if (reply.status !== 200) throw this.#unexpected(`root ${rootVersion}`, reply);
    this.#roots = [await Root.parse(this.#engine, reply.body, rootDigest)];
  }

  async #fetchHead(): Promise<void> {
    const reply = await this.#get('/sdk/v1/head', 16 * kib + maxHeader, true);
    const known = this.#head;
    if (reply.status === 304 && known !== undefined && this.#etag !== '') {
      if (this.#flooredNow() >= known.expiresAtMs) {
        this.#etag = ''; // the server may have a newer one under the same tag
        throw new LoadError('HEAD_EXPIRED', 11, `head ${known.headNumber}: has expired`);
      }
      this.#isReachable = true;
      this.#verified(this.#settings.monotonic());
      return;
    }
    if (reply.status !== 200) throw this.#unexpected('head', reply);
    let head: Head;
    try {
      head = await this.#openHead(reply.body);
      if (head.rootVersion > this.#root.version || this.#hasEnded(this.#root)) {
        await this.#walkRoots();
        head = await this.#openHead(reply.body);
      }
    } catch (error) {
      const mayNeedRoot = error instanceof LoadError && ['UNKNOWN_KEY', 'BAD_SIGNATURE', 'ROLLBACK'].includes(error.code);
      if (!mayNeedRoot || !(await this.#walkRoots().then(() => true, () => false))) throw error;
      head = await this.#openHead(reply.body);
    }
    this.#isReachable = true;
    const isNew = head.headNumber !== known?.headNumber || head.epoch !== known.epoch;
    this.#head = head;
    this.#headFloor = { epoch: head.epoch, headNumber: head.headNumber, digest: fromHex(head.digest) };
    this.#etag = reply.header('etag') ?? '';
    this.#verifiedAt = this.#settings.monotonic();
    this.isVerified = true;
    this.#verified(this.#verifiedAt);
    this.isClockSuspect = head.issuedAtMs > this.#settings.now() + maxLeadMs;
    if (isNew) {
      this.#headFile = reply.body;
      await this.#save();
    }
  }

  #openHead(file: Uint8Array): Promise<Head> {
    const { environment, audience } = this.#settings.key;
    const nowMs = this.#flooredNow();
    return openHead(file, { root: this.#root, environment, audience, floor: this.#headFloor, nowMs });
  }

  // The wall clock, but never before what the last Head and the time since then say.
  #flooredNow(): number {
    const now = this.#settings.now();
    if (this.#head === undefined || this.#verifiedAt === undefined) return now;
    return Math.max(now, this.#head.issuedAtMs + (this.#settings.monotonic() - this.#verifiedAt));
  }

  /** Fetches the Roots after the newest until there is none; rejects when none was added. */
  async #walkRoots(): Promise<void> {
    const longer = [...this.#roots];
    for (;;) {
      const newest = longer[longer.length - 1]!;
      const version = newest.version + 1;
      const reply = await this.#get(`/sdk/v1/root/${version}`, 64 * kib + maxHeader, false);
      if (reply.status === 404) break;
      if (reply.status !== 200) throw this.#unexpected(`root ${version}`, reply);
      if (longer.length > maxRootSteps) throw new LoadError('FAST_FORWARD', 10, `root: more than ${maxRootSteps} steps`);
      longer.push(await newest.next(reply.body));
    }
    const newest = longer[longer.length - 1]!;
    if (this.#hasEnded(newest)) throw new LoadError('UNKNOWN_KEY', 4, `root ${newest.version}: it has ended`);
    if (newest === this.#root) throw new Error(`root ${newest.version + 1}: the server does not have it`);
    this.#roots = longer;
  }

  #hasEnded(root: Root): boolean {
    return root.expiresAtMs !== 0 && this.#flooredNow() >= root.expiresAtMs;
  }

  #target(head: Head): Promise<SnapshotRef> {
    const { candidate } = head;
    if (candidate === undefined) return Promise.resolve(head.stable);
    return this.#engine.scratch().then((instance) => {
      const id = this.#settings.instanceId;
      const share = instance.withBytes(id, (at) => instance.exports.expt_share_of(at, id.length));
      return share < head.candidatePpm ? candidate : head.stable;
    });
  }

  async #followHead(): Promise<void> {
    const head = this.#head!;
    if (this.#snapshot.isSpoiled) {
      this.#install(await this.#parse(this.#snapshotFile!, this.#root), this.#snapshotFile!, this.source);
    }
    this.#applyOverlay();
    const target = await this.#target(head);
    if (this.#snapshot.digest === target.digest) return;
    this.#checkFloor(head, target);
    const now = this.#settings.now();
    const refusal = this.#refused.get(target.digest);
    if (refusal !== undefined && now < refusal.untilMs) {
      this.#isRemembered = true;
      throw refusal.error;
    }
    if (this.#snapshot.isReady && head.fetchJitterMs > 0 && this.#spread !== target.digest) {
      // Many clients learn of a new snapshot at once; they fetch it one after the other.
      this.#spread = target.digest;
      const wait = Math.random() * head.fetchJitterMs;
      await new Promise<void>((resolve) => {
        const cancel = after(wait, resolve);
        this.#abort.signal.addEventListener('abort', () => (cancel(), resolve()), { once: true });
      });
      if (this.#abort.signal.aborted) return;
    }
    await this.#fetchSnapshot(target);
  }

  #checkFloor(head: Head, target: SnapshotRef): void {
    const floor = this.#floor;
    if (head.epoch !== floor.epoch) return;
    if (target.version < floor.version) {
      throw new LoadError('ROLLBACK', 10, `snapshot v${target.version}: older than v${floor.version}`);
    }
    if (target.version === floor.version && floor.digest !== undefined && hex(floor.digest) !== target.digest) {
      const text = `snapshot v${target.version}: another digest than the one accepted before`;
      throw new LoadError('EQUIVOCATION', 10, text);
    }
  }

  // From `snapshotUrl`. The key is secret, so it is not sent there. False when exptd must be asked.
  async #takeExported(target: SnapshotRef): Promise<boolean> {
    const { snapshotUrl, fetch, requestTimeoutMs, log } = this.#settings;
    if (snapshotUrl === undefined) return false;
    try {
      const reply = await send(fetch, `${snapshotUrl}/${target.digest}`, {
        maxReplyBytes: target.sizeBytes + maxHeader, timeoutMs: requestTimeoutMs, signal: this.#abort.signal,
      });
      if (reply.status !== 200) throw this.#unexpected(`snapshot v${target.version}`, reply);
      await this.#accept(reply.body, target);
      return true;
    } catch (error) {
      this.#count(asError(error));
      log('warning', `snapshotUrl: ${asError(error).message}`);
      return false;
    }
  }

  async #accept(file: Uint8Array, target: SnapshotRef): Promise<void> {
    const snapshot = await this.#parse(file, this.#root, target);
    if (snapshot.version !== target.version) {
      throw new LoadError('BAD_CONTENT', 11, `snapshot v${snapshot.version}: the head calls it v${target.version}`);
    }
    this.#install(snapshot, file, 'network');
  }

  async #fetchSnapshot(target: SnapshotRef): Promise<void> {
    if (await this.#takeExported(target)) return this.#save();
    this.#isReachable = false;
    const reply = await this.#get(`/sdk/v1/snapshots/${target.digest}`, target.sizeBytes + maxHeader, true);
    if (reply.status !== 200) throw this.#unexpected(`snapshot v${target.version}`, reply);
    this.#isReachable = true;
    try {
      await this.#accept(reply.body, target);
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      if (this.#refused.size >= 100) this.#refused.clear();
      const isTransferFault = error.step >= 1 && error.step <= 3;
      const wait = isTransferFault ? transferRefusalMs : refusalMs;
      this.#refused.set(target.digest, { untilMs: this.#settings.now() + wait, error });
      throw error;
    }
    await this.#save();
  }

  #parse(file: Uint8Array, root: Root, target?: SnapshotRef): Promise<Snapshot> {
    const { environment, audience } = this.#settings.key;
    return Snapshot.parse(file, {
      root, environment, audience, floor: this.#floor,
      ...(target && { expected: { digest: fromHex(target.digest), sizeBytes: target.sizeBytes } }),
    });
  }

  #install(snapshot: Snapshot, file: Uint8Array, source: Source): void {
    this.#snapshot = snapshot;
    this.source = source;
    this.#snapshotFile = file;
    const { epoch, version } = this.#floor;
    if (snapshot.epoch > epoch || (snapshot.epoch === epoch && snapshot.version >= version)) {
      this.#floor = { epoch: snapshot.epoch, version: snapshot.version, digest: fromHex(snapshot.digest) };
    }
    this.#emergencyOff = this.#head?.emergencyOff ?? [];
    this.#stale = this.#staleNow();
    this.#settings.log('info', `snapshot v${snapshot.version} installed`);
    for (const warning of snapshot.warnings) this.#settings.log('warning', warning);
    this.#offer();
  }

  #staleNow(): Stale {
    return this.ageMs >= veryStaleMs ? this.#settings.onVeryStale : 'keep';
  }

  /** Installs the snapshot again where its overlay is not that of now. */
  #applyOverlay(): void {
    const off = this.#head?.emergencyOff ?? [];
    const stale = this.#staleNow();
    const isSameOff =
      off.length === this.#emergencyOff.length && off.every((key, i) => key === this.#emergencyOff[i]);
    if (!this.#snapshot.isReady || (isSameOff && stale === this.#stale)) return;
    this.#emergencyOff = off;
    this.#stale = stale;
    this.#settings.log('warning', `emergency off: ${off.length} flags; stale: ${stale}`);
    this.#offer();
  }

  #offer(): void {
    const emergencyOff = this.#emergencyOff;
    const stale = this.#stale;
    const isPlain = emergencyOff.length === 0 && stale === 'keep';
    this.#events.install(isPlain ? this.#snapshot : this.#snapshot.with({ emergencyOff, stale }));
  }

  async #save(): Promise<void> {
    const { store, key } = this.#settings;
    if (store === undefined) return;
    const digestOf = (digest: Uint8Array | undefined): string => (digest === undefined ? '' : hex(digest));
    try {
      await store.save({
        environment: key.environment,
        audience: key.audience,
        roots: this.#roots.map((root) => root.file),
        snapshot: this.#snapshotFile,
        head: this.#headFile,
        floor: { ...this.#floor, digest: digestOf(this.#floor.digest) },
        headFloor: { ...this.#headFloor, digest: digestOf(this.#headFloor.digest) },
      });
      this.#events.saved(undefined);
    } catch (error) {
      const failure = new LoadError('LKG_NOT_SAVED', 17, `cannot keep the snapshot: ${asError(error).message}`);
      this.#count(failure);
      this.#events.saved(failure);
    }
  }

  async #loadSaved(): Promise<void> {
    const { store, key } = this.#settings;
    let error: Error | undefined;
    try {
      for (const saved of (await store?.load()) ?? []) {
        if (saved.environment !== key.environment || saved.audience !== key.audience) continue;
        error = await this.#useSaved(saved).then(() => undefined, asError);
        if (error === undefined) break;
      }
    } catch (thrown) {
      error = asError(thrown);
    }
    if (error === undefined) return;
    this.#count(error);
    this.#events.saved(error);
  }

  async #useSaved(saved: SavedState): Promise<void> {
    const { environment, audience } = this.#settings.key;
    const digestOf = (text: string): Uint8Array | undefined => (text === '' ? undefined : fromHex(text));
    // The floor of a newer state holds, whatever became of its files.
    const isOlder = ({ epoch, version }: Floor): boolean =>
      epoch < this.#floor.epoch || (epoch === this.#floor.epoch && version < this.#floor.version);
    if (!isOlder(saved.floor as Floor & { digest: never })) {
      this.#floor = { ...saved.floor, digest: digestOf(saved.floor.digest) };
      this.#headFloor = { ...saved.headFloor, digest: digestOf(saved.headFloor.digest) };
    }
    const roots = await this.#chain(saved.roots);
    const root = roots[roots.length - 1]!;
    if (this.#roots.length === 0 || root.version > this.#root.version) this.#roots = roots;
    // The emergency-off list of the last accepted Head holds until a newer Head comes, also when it has expired.
    if (saved.head !== undefined && this.#head === undefined) {
      this.#head = await openHead(saved.head, { root, environment, audience, nowMs: 0 });
      this.#headFile = saved.head;
      // What is served is as old as that Head: a program that starts again does not become younger.
      this.#verified(this.#settings.monotonic() - Math.max(0, this.#settings.now() - this.#head.issuedAtMs));
    }
    if (saved.snapshot === undefined) return;
    // What was accepted may serve again, although a newer one was seen.
    this.#install(await Snapshot.parse(saved.snapshot, { root, environment, audience }), saved.snapshot, 'saved');
  }

  async #loadBootstrap(bootstrap: Bootstrap): Promise<void> {
    const roots = await this.#chain(bootstrap.roots);
    const newest = roots[roots.length - 1]!;
    if (this.#roots.length === 0 || newest.version > this.#root.version) this.#roots = roots;
    const snapshot = await this.#parse(bootstrap.snapshot, this.#root);
    const current = this.#snapshot;
    const isNewer = snapshot.epoch > current.epoch || snapshot.version > current.version;
    if (!current.isReady || isNewer) this.#install(snapshot, bootstrap.snapshot.slice(), 'bundle');
  }

  /** The trusted Root among `files`, and all that follow it there. */
  async #chain(files: readonly Uint8Array[]): Promise<Root[]> {
    const { root: given, key } = this.#settings;
    const chain: Root[] = [];
    for (const file of files) {
      const newest = chain[chain.length - 1];
      const root = await (newest === undefined ? Root.parse(this.#engine, file) : newest.next(file));
      const isTrusted = given === undefined ? root.digest === hex(key.rootDigest) : equalBytes(file, given);
      if (newest !== undefined || isTrusted) chain.push(root);
    }
    if (chain.length === 0) throw new LoadError('UNKNOWN_KEY', 4, 'root: the trusted one is not there');
    return chain;
  }
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
