// Clients for pages: one visitor, so one context per client.
//
//   const client = createClient({ url, key, context: { targetingKey: 'user-42', country: 'CH' } });
//   await client.ready();
//   if (client.enabled('new-checkout')) showNewCheckout();
//   client.on('change', render);
import {
  checkOptions, Context, CoreClient, engine, expectedOf, FixedClient, hexOf, init, type Attributes, type Bootstrap,
  type ClientEvents, type ClientStatus, type CommonOptions, type Decision, type Dehydrated, type Explanation,
  type FlagValue, type FlushReport, type JsonValue, type StickyOption, type TrackOptions, type TrackResult,
  type Unsubscribe, type WaitOptions, type WasmSource,
} from '@expt/core';
import { DatabaseStore, Outbox } from './database.js';

export interface ClientOptions extends CommonOptions {
  /** Who visits the page. */
  context?: Attributes;
  /** What a server decided for this page (its client's dehydrate()), used at once; or whole files. */
  bootstrap?: Dehydrated | Bootstrap;
  /** Where expt.wasm is, when it is not beside this file. */
  wasm?: WasmSource;
  /** The same for expt_explain.wasm, which `explain` needs. */
  explainWasm?: WasmSource;
  /** The same for expt_regex.wasm, which snapshots with regular expressions need. */
  regexWasm?: WasmSource;
}

type Inner = CoreClient | FixedClient;

/** Decides locally for one context, keeps the snapshot fresh, reports exposures and metric events. */
export class Client {
  readonly #inner: Inner;
  readonly #stopWatching: () => void;
  #context: Context;
  #early: ReadonlyMap<string, Decision>;

  constructor(inner: Inner, context: Attributes, early: readonly Decision[] = [], stopWatching = (): void => {}) {
    this.#inner = inner;
    this.#context = new Context(context);
    this.#early = new Map(early.map((decision) => [decision.flag, decision]));
    this.#stopWatching = stopWatching;
  }

  /** Id of the environment that the key is for. */
  get environment(): string {
    return this.#inner.environment;
  }

  /** Waits until there is something to decide with. False when that did not happen in time; never rejects. */
  ready(timeoutMs = 2000, options: WaitOptions = {}): Promise<boolean> {
    return this.#early.size > 0 ? Promise.resolve(true) : this.#inner.ready(timeoutMs, options);
  }

  /** The value of a boolean flag; false when nothing decides. */
  enabled(flag: string, options?: StickyOption): boolean {
    return this.value(flag, false, options);
  }

  /** The value; `fallback` when nothing decides or the flag is of another type than `fallback`. */
  value(flag: string, fallback: boolean, options?: StickyOption): boolean;
  value(flag: string, fallback: number, options?: StickyOption): number;
  value(flag: string, fallback: string, options?: StickyOption): string;
  value<T extends JsonValue>(flag: string, fallback: T, options?: StickyOption): T;
  value(flag: string, fallback: FlagValue, options?: StickyOption): FlagValue {
    const early = this.#earlyOf(flag);
    if (early === undefined) return this.#inner.value(flag, this.#context, fallback as string, options);
    if (expectedOf(early.value) !== expectedOf(fallback)) return fallback;
    this.#inner.expose(early, this.#context);
    return early.value;
  }

  /** The variant key; `fallback` when nothing decides. */
  variant(flag: string, fallback: string, options?: StickyOption): string {
    const early = this.#earlyOf(flag);
    if (early === undefined) return this.#inner.variant(flag, this.#context, fallback, options);
    this.#inner.expose(early, this.#context);
    return early.variant ?? fallback;
  }

  /** Everything about one decision. Without `fallback` a flag of any type is taken. */
  decision<T extends FlagValue | undefined = undefined>(
    flag: string, fallback?: T, options?: StickyOption,
  ): Decision<FlagValue | T> {
    const early = this.#earlyOf(flag);
    if (early === undefined) return this.#inner.decision(flag, this.#context, fallback, options);
    if (fallback !== undefined && expectedOf(early.value) !== expectedOf(fallback)) {
      const { snapshotVersion } = early;
      return { flag, value: fallback, reason: 'ERROR', errorCode: 'TYPE_MISMATCH', snapshotVersion, exposures: [] };
    }
    this.#inner.expose(early, this.#context);
    return early;
  }

  /** The decision and every step that led to it. Records no exposure. */
  explain(flag: string, options?: StickyOption): Promise<Explanation> {
    return this.#inner.explain(flag, this.#context, options);
  }

  /** Every flag's decision. Records no exposure; expose() does when one is applied. */
  all(options?: StickyOption): Map<string, Decision<FlagValue | undefined>> {
    if (this.#inner.pin().isReady || this.#early.size === 0) return this.#inner.all(this.#context, options);
    return new Map(this.#early);
  }

  /** Records a metric event for this visitor. Never waits for the network. */
  track(name: string, options: TrackOptions = {}): TrackResult {
    return this.#inner.track(name, this.#context, options);
  }

  /** Records the exposures of a decision of all(). */
  expose(decision: Decision<unknown>): TrackResult {
    return this.#inner.expose(decision, this.#context);
  }

  /** Says that this visitor is known as `id`, too. */
  identify(unitType: string, id: string): TrackResult {
    return this.#inner.identify(this.#context, unitType, id);
  }

  /** Another visitor, or another fact about this one; subscribers of "change" are told. */
  setContext(context: Attributes): Promise<void> {
    this.#context = new Context(context);
    this.#early = new Map(); // they were decided for somebody else
    this.#inner.announceChange();
    return Promise.resolve();
  }

  on<K extends keyof ClientEvents>(name: K, listener: (event: ClientEvents[K]) => void): Unsubscribe {
    return this.#inner.on(name, listener);
  }
  status(): ClientStatus {
    return this.#inner.status();
  }
  /** Looks for a newer snapshot now. */
  refresh(): Promise<void> {
    return this.#inner.refresh();
  }
  /** Sends what is buffered and in flight; resolves when all is acknowledged or the time is over. */
  flush(timeoutMs = 2000, options: WaitOptions = {}): Promise<FlushReport> {
    return this.#inner.flush(timeoutMs, options);
  }
  /** flush(), then stops every timer, request and listener. */
  close(timeoutMs = 2000): Promise<void> {
    this.#stopWatching();
    return this.#inner.close(timeoutMs);
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #earlyOf(flag: string): Decision | undefined {
    return this.#early.size === 0 || this.#inner.pin().isReady ? undefined : this.#early.get(flag);
  }
}

/** Checks the options and starts to load; never waits for the network. Throws a TypeError that names a wrong option. */
export function createClient(options: ClientOptions): Client {
  const settings = checkOptions(options, 'web', instanceId());
  const { key } = settings;
  if (key.audience !== 'client') {
    throw new TypeError('key: expected a client key ("expt1.cli."), got a server key, which must not reach a browser');
  }
  const hasDatabase = typeof indexedDB !== 'undefined';
  if (settings.store === undefined && hasDatabase) settings.store = new DatabaseStore(key.environment, key.audience);
  const { bootstrap, wasm, explainWasm, regexWasm } = options;
  const dehydrated = bootstrap !== undefined && 'decisions' in bootstrap ? bootstrap : undefined;
  const files = bootstrap !== undefined && 'roots' in bootstrap ? bootstrap : undefined;
  const load = wasm === undefined ? engine : () => init(wasm, explainWasm, regexWasm);
  const inner = new CoreClient(settings, load, files, options.signal);
  const isOurs = dehydrated?.format === 1 && dehydrated.environment === key.environment;
  if (dehydrated !== undefined && !isOurs) {
    settings.log('warning', `bootstrap: expected environment "${key.environment}", got "${dehydrated.environment}"`);
  }
  const stop = hasDatabase && typeof document !== 'undefined' ? watchPage(inner) : undefined;
  return new Client(inner, options.context ?? {}, isOurs ? dehydrated.decisions : [], stop);
}

// Pages go away without a word: what is not acknowledged is sent when the page is hidden, and kept for the next one.
function watchPage(inner: CoreClient): () => void {
  const outbox = new Outbox(inner.environment, hexOf(crypto.getRandomValues(new Uint8Array(8))));
  const quietly = (error: unknown): void => inner.settings.log('info', `outbox: ${(error as Error)?.message}`);
  outbox.takeAll().then((events) => inner.uploader.adopt(events), quietly);
  const leave = (): void => void outbox.keep(inner.leave()).catch(quietly);
  const onVisibility = (): void => {
    if (document.visibilityState === 'hidden') leave();
  };
  document.addEventListener('visibilitychange', onVisibility);
  window.addEventListener('pagehide', leave);
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    window.removeEventListener('pagehide', leave);
  };
}

// The same for every page of this browser, where it may keep something.
function instanceId(): Uint8Array {
  const fresh = crypto.getRandomValues(new Uint8Array(16));
  try {
    const name = 'expt.instance';
    const kept = localStorage.getItem(name) ?? '';
    if (/^[0-9a-f]{32}$/.test(kept)) return Uint8Array.from(kept.match(/../g)!, (pair) => parseInt(pair, 16));
    localStorage.setItem(name, hexOf(fresh));
  } catch {
    // Storage is switched off.
  }
  return fresh;
}

/** For tests of pages: answers with the values given, and tells subscribers when set() changes one. */
export function fixedClient(flags: Readonly<Record<string, FlagValue>>): Client & { fixed: FixedClient } {
  const fixed = new FixedClient(flags);
  return Object.assign(new Client(fixed, {}), { fixed });
}
