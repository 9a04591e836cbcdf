// A client for tests of programs: fixed values, no network.
import type { Attributes, Context } from './context.js';
import type { Decision, FlagValue, JsonValue } from './decision.js';
import type { TrackOptions, TrackResult } from './client.js';

export interface Tracked extends TrackOptions {
  name: string;
}

/** Answers with the values given; everything else gives the caller's default. Keeps what is tracked. */
export class FixedClient {
  readonly tracked: Tracked[] = [];
  readonly #flags: Map<string, FlagValue>;

  constructor(flags: Readonly<Record<string, FlagValue>>) {
    this.#flags = new Map(Object.entries(flags));
  }

  ready(): Promise<boolean> {
    return Promise.resolve(true);
  }
  enabled(flag: string, context?: Context | Attributes): boolean {
    return this.value(flag, context, false);
  }
  value(flag: string, context: Context | Attributes | undefined, fallback: boolean): boolean;
  value(flag: string, context: Context | Attributes | undefined, fallback: number): number;
  value(flag: string, context: Context | Attributes | undefined, fallback: string): string;
  value<T extends JsonValue>(flag: string, context: Context | Attributes | undefined, fallback: T): T;
  value(flag: string, _context: Context | Attributes | undefined, fallback: FlagValue): FlagValue {
    const value = this.#flags.get(flag);
    const isSame = typeof value === typeof fallback || typeof fallback === 'object';
    return value !== undefined && isSame ? value : fallback;
  }
  /** A fixed text is the variant too. */
  variant(flag: string, _context: Context | Attributes | undefined, fallback: string): string {
    const value = this.#flags.get(flag);
    return typeof value === 'string' ? value : fallback;
  }
  decision<T extends FlagValue>(flag: string, _context: Context | Attributes | undefined, fallback: T): Decision<FlagValue> {
    const value = this.#flags.get(flag);
    const base = { flag, snapshotVersion: 0, exposures: [] };
    if (value === undefined) return { ...base, value: fallback, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' };
    return { ...base, value, variant: 'fixed', reason: 'STATIC' };
  }
  track(name: string, _context?: Context | Attributes, options: TrackOptions = {}): TrackResult {
    this.tracked.push({ name, ...options });
    return { accepted: true };
  }
  flush(): Promise<{ delivered: number; rejected: number; remaining: number }> {
    return Promise.resolve({ delivered: 0, rejected: 0, remaining: 0 });
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}
