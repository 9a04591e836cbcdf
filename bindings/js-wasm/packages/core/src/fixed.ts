// A client for tests of programs: fixed values, no engine, no network.
import type { ClientStatus, FlushReport, TrackOptions, TrackResult } from './client.js';
import type { Attributes, Context } from './context.js';
import type { Decision, Explanation, FlagValue, JsonValue } from './decision.js';
import { Emitter, type ClientEvents, type Unsubscribe } from './emitter.js';
import { expectedOf, Snapshot, type StickyOption } from './snapshot.js';

export interface Tracked extends TrackOptions {
  name: string;
}

const accepted: TrackResult = { accepted: true };

/** Answers every context with the values given; everything else gives the caller's default. Keeps what is tracked. */
export class FixedClient {
  readonly tracked: Tracked[] = [];
  readonly environment: string = 'fixed';
  readonly #flags: Map<string, FlagValue>;
  readonly #emitter = new Emitter();

  constructor(flags: Readonly<Record<string, FlagValue>>) {
    this.#flags = new Map(Object.entries(flags));
  }

  /** Changes a value and tells subscribers. */
  set(flag: string, value: FlagValue): void {
    this.#flags.set(flag, value);
    this.#emitter.emit('change', { version: 0, flags: [flag] });
  }

  ready(): Promise<boolean> {
    return Promise.resolve(true);
  }
  enabled(flag: string, context?: Context | Attributes, options?: StickyOption): boolean {
    return this.value(flag, context, false, options);
  }
  value(flag: string, context: Context | Attributes | undefined, fallback: boolean, options?: StickyOption): boolean;
  value(flag: string, context: Context | Attributes | undefined, fallback: number, options?: StickyOption): number;
  value(flag: string, context: Context | Attributes | undefined, fallback: string, options?: StickyOption): string;
  value<T extends JsonValue>(flag: string, context: Context | Attributes | undefined, fallback: T, options?: StickyOption): T;
  value(flag: string, context: Context | Attributes | undefined, fallback: FlagValue, options?: StickyOption): FlagValue {
    return this.decision(flag, context, fallback, options).value;
  }
  /** A text is its own variant; other values have none. */
  variant(flag: string, _context: Context | Attributes | undefined, fallback: string, _options?: StickyOption): string {
    const value = this.#flags.get(flag);
    return typeof value === 'string' ? value : fallback;
  }
  decision<T extends FlagValue | undefined = undefined>(
    flag: string, _context?: Context | Attributes, fallback?: T, _options?: StickyOption,
  ): Decision<FlagValue | T> {
    const value = this.#flags.get(flag);
    const base = { flag, snapshotVersion: 0, exposures: [] };
    if (value === undefined) return { ...base, value: fallback as T, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' };
    if (fallback !== undefined && expectedOf(fallback) !== expectedOf(value)) {
      return { ...base, value: fallback, reason: 'ERROR', errorCode: 'TYPE_MISMATCH' };
    }
    return { ...base, value, reason: 'STATIC', ...(typeof value === 'string' && { variant: value }) };
  }
  explain(flag: string, context?: Context | Attributes, _options?: StickyOption): Promise<Explanation> {
    const { value = null, reason } = this.decision(flag, context);
    return Promise.resolve({
      json: { flag, decision: { value, reason } }, text: `${flag}: ${JSON.stringify(value)} (${reason})`,
    });
  }
  all(context?: Context | Attributes, _options?: StickyOption): Map<string, Decision<FlagValue | undefined>> {
    return new Map([...this.#flags.keys()].map((flag) => [flag, this.decision(flag, context)]));
  }
  pin(): Snapshot {
    return Snapshot.empty;
  }
  track(name: string, _context?: Context | Attributes, options: TrackOptions = {}): TrackResult {
    this.tracked.push({ name, ...options });
    return accepted;
  }
  expose(): TrackResult {
    return accepted;
  }
  identify(): TrackResult {
    return accepted;
  }
  announceChange(): void {
    this.#emitter.emit('change', { version: 0, flags: [...this.#flags.keys()] });
  }
  on<K extends keyof ClientEvents>(name: K, listener: (event: ClientEvents[K]) => void): Unsubscribe {
    return this.#emitter.on(name, listener);
  }
  status(): ClientStatus {
    return {
      state: 'fresh', environment: this.environment, snapshotVersion: 0, ageMs: 0, source: 'none', conditions: [],
      loadCounts: [], eventsAccepted: this.tracked.length, eventsDelivered: 0, eventsDuplicate: 0, eventsRejected: 0,
      exposuresSuppressed: 0, drops: [],
    };
  }
  flush(): Promise<FlushReport> {
    return Promise.resolve({ delivered: 0, rejected: 0, remaining: 0 });
  }
  refresh(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    this.#emitter.clear();
    return Promise.resolve();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

export function fixedClient(flags: Readonly<Record<string, FlagValue>>): FixedClient {
  return new FixedClient(flags);
}
