// How a client is opened.
import { parseSdkKey, type SdkKey } from './sdk_key.js';
import type { Stale } from './snapshot.js';
import type { Store } from './store.js';
import { checkUrl, type Fetch } from './transport.js';

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

export interface CommonOptions {
  /** Where exptd (or a proxy for it) answers, such as "https://flags.example.com". */
  url: string;
  /** "expt1.…", as the control plane shows it. Pins the Root; only its last part is secret, and it is never logged. */
  key: string;
  /**
   * Where snapshots are fetched first, as `<snapshotUrl>/<digest>`: a CDN, or a web server on the files that
   * `exptd serve --export` writes. The key is not sent there; what is missing or wrong there comes from `url`.
   */
  snapshotUrl?: string;
  /** Bytes of a Root file to trust instead of the pin in `key`. */
  root?: Uint8Array;
  /** Refuse to open when the key is for another environment id. */
  expectedEnvironment?: string;
  /** Between two looks for a new Head; the server's hint wins when it is longer. At least 100 ms, default 30 s. */
  pollIntervalMs?: number;
  /**
   * What decides when no Head was verified for 24 hours, until one is: the snapshot as always, the fallbacks, or the
   * off variants of flags marked fail_closed. Default 'keep'.
   */
  onVeryStale?: Stale;
  /** Longest time an event waits for company before it is sent. Default 1 s. */
  flushIntervalMs?: number;
  /** Bounds of the event buffer; what does not fit is dropped and counted. Default 10,000 and 4 MiB. */
  bufferEvents?: number;
  bufferBytes?: number;
  /** Bounds of one upload. At most 500 and 512 KiB, which are the defaults. */
  batchEvents?: number;
  batchBytes?: number;
  /** Exposures remembered so that the same one is not sent again, and for how long. Default 100,000 and an hour. */
  exposureDedupeEntries?: number;
  exposureDedupeTtlMs?: number;
  /** Of one request. Default 10 s. */
  requestTimeoutMs?: number;
  /** First and longest wait after a failure; full jitter in between. Default 1 s and 5 min. */
  retryInitialMs?: number;
  retryMaxMs?: number;
  /** Called outside of evaluations. */
  log?: (level: LogLevel, text: string) => void;
  /** Replaces the global fetch; called without `this`. */
  fetch?: Fetch;
  /** Replaces Date.now. */
  now?: () => number;
  /** Closes the client when it aborts. */
  signal?: AbortSignal;
  /** Keeps what must survive a restart. */
  store?: Store;
}

export interface Settings {
  url: string;
  snapshotUrl: string | undefined;
  onVeryStale: Stale;
  key: SdkKey;
  root: Uint8Array | undefined;
  pollIntervalMs: number;
  flushIntervalMs: number;
  bufferEvents: number;
  bufferBytes: number;
  batchEvents: number;
  batchBytes: number;
  exposureDedupeEntries: number;
  exposureDedupeTtlMs: number;
  requestTimeoutMs: number;
  retryInitialMs: number;
  retryMaxMs: number;
  log: (level: LogLevel, text: string) => void;
  fetch: Fetch;
  now: () => number;
  monotonic: () => number;
  store: Store | undefined;
  sdk: string;
  instanceId: Uint8Array;
}

function inRange(name: string, value: number | undefined, fallback: number, least: number, most: number): number {
  const number = value ?? fallback;
  if (!Number.isFinite(number) || number < least || number > most) {
    throw new TypeError(`${name}: expected ${least} to ${most}, got ${number}`);
  }
  return number;
}

/** Throws a TypeError that names the option. */
export function checkOptions(options: CommonOptions, sdk: string, instanceId: Uint8Array): Settings {
  const url = checkUrl(options.url);
  const { onVeryStale = 'keep' } = options;
  if (!['keep', 'defaults', 'failClosed'].includes(onVeryStale)) {
    throw new TypeError(`onVeryStale: expected 'keep', 'defaults' or 'failClosed', got '${onVeryStale}'`);
  }
  const key = parseSdkKey(options.key);
  if (options.expectedEnvironment !== undefined && options.expectedEnvironment !== key.environment) {
    throw new TypeError(`key: expected environment "${options.expectedEnvironment}", got "${key.environment}"`);
  }
  const fetch = options.fetch ?? globalThis.fetch;
  if (typeof fetch !== 'function') throw new TypeError('fetch: expected a function');
  const retryInitialMs = inRange('retryInitialMs', options.retryInitialMs, 1000, 1, 86_400_000);
  const monotonicStart = performance.now();
  return {
    url,
    snapshotUrl: options.snapshotUrl === undefined ? undefined : checkUrl(options.snapshotUrl, 'snapshotUrl'),
    onVeryStale,
    key,
    root: options.root?.slice(),
    pollIntervalMs: inRange('pollIntervalMs', options.pollIntervalMs, 30_000, 100, 86_400_000),
    flushIntervalMs: inRange('flushIntervalMs', options.flushIntervalMs, 1000, 1, 86_400_000),
    bufferEvents: inRange('bufferEvents', options.bufferEvents, 10_000, 1, 10_000_000),
    bufferBytes: inRange('bufferBytes', options.bufferBytes, 4 << 20, 1024, 2 ** 32),
    batchEvents: inRange('batchEvents', options.batchEvents, 500, 1, 500),
    batchBytes: inRange('batchBytes', options.batchBytes, 512 << 10, 1024, 512 << 10),
    exposureDedupeEntries: inRange('exposureDedupeEntries', options.exposureDedupeEntries, 100_000, 1, 10_000_000),
    exposureDedupeTtlMs: inRange('exposureDedupeTtlMs', options.exposureDedupeTtlMs, 3_600_000, 0, 2 ** 40),
    requestTimeoutMs: inRange('requestTimeoutMs', options.requestTimeoutMs, 10_000, 1, 3_600_000),
    retryInitialMs,
    retryMaxMs: inRange('retryMaxMs', options.retryMaxMs, Math.max(300_000, retryInitialMs), retryInitialMs, 86_400_000),
    log: guarded(options.log),
    fetch: (url, init) => fetch(url, init),
    now: options.now ?? Date.now,
    monotonic: () => performance.now() - monotonicStart,
    store: options.store,
    sdk,
    instanceId,
  };
}

// A logger of the caller's must not stop the client.
function guarded(log: CommonOptions['log']): Settings['log'] {
  return (level, text) => {
    try {
      log?.(level, text);
    } catch {
      // Its own affair.
    }
  };
}
