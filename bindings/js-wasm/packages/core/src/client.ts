// A client: keeps a fresh snapshot, decides, and reports. @expt/node and @expt/web give it a machine to run on.
import { Context, findAttribute, targetingKey, unitId, type Attributes, type FlatValue } from './context.js';
import { packed, type Decision, type Explanation, type Exposure, type FlagValue, type JsonValue } from './decision.js';
import { Emitter, type ClientEvents, type Unsubscribe } from './emitter.js';
import type { Engine } from './engine.js';
import { DropCounts, EventBuffer } from './event_buffer.js';
import { ExposureOrigin, type DropCount, type DropReason, type EventBody, type EventKindName, type PropertyValue, type Unit } from './event.js';
import { ExposureDedupe } from './exposure_dedupe.js';
import { webHost, type Host } from './host.js';
import { LoadError } from './load_error.js';
import { asError, freshMs, Loader, veryStaleMs, type Bootstrap, type LoadCount, type Source } from './loader.js';
import type { Settings } from './options.js';
import { Expected, expectedOf, Snapshot, type StickyOption } from './snapshot.js';
import { utf8Size } from './text.js';
import { after, sleep } from './timer.js';
import { Uploader, type EncodedEvent } from './uploader.js';

export type State = 'not_ready' | 'fresh' | 'stale' | 'very_stale';

export type Condition = 'rejected' | 'cache_unavailable';

export interface ClientStatus {
  /** Fresh: a Head was verified in the last 15 minutes. Very stale: none in the last 24 hours. */
  state: State;
  environment: string;
  snapshotVersion: number;
  /** Since the last verified Head; at first since the one in `store` was issued, or since the client was made. */
  ageMs: number;
  /** Where what is served came from: the server or `snapshotUrl`, the store, the option `bootstrap`. */
  source: Source;
  /** What is out of the ordinary: the newest Head or Snapshot was refused; the store cannot be written. */
  conditions: Condition[];
  /** Refusals and local failures since the client was made, by code; those that happened. */
  loadCounts: LoadCount[];
  /** Absent when the last attempt of each kind succeeded. */
  lastError?: Error;
  eventsAccepted: number;
  /** Stored for the first time. */
  eventsDelivered: number;
  eventsDuplicate: number;
  eventsRejected: number;
  /** Already sent within the dedupe window. */
  exposuresSuppressed: number;
  drops: DropCount[];
}

export interface TrackOptions {
  value?: number;
  /** At most 16; texts of at most 256 bytes. */
  properties?: Readonly<Record<string, PropertyValue>>;
  /** When it happened, in milliseconds since 1970. */
  timeMs?: number;
  /** 1 to 64 bytes. The same id is stored once, so importing again is harmless. */
  eventId?: string;
  /** Unit type -> unit id, beside those of the context. */
  units?: Readonly<Record<string, string>>;
}

export interface TrackResult {
  accepted: boolean;
  /** Why not. */
  dropped?: DropReason;
}

export interface FlushReport {
  /** Acknowledged as stored or duplicate during the call. */
  delivered: number;
  /** Refused by the server for good during the call. */
  rejected: number;
  /** Accepted and not yet acknowledged. */
  remaining: number;
}

/** What dehydrate() gives. */
export interface Dehydrated {
  format: 1;
  environment: string;
  snapshotVersion: number;
  decisions: Decision[];
}

export interface WaitOptions {
  signal?: AbortSignal;
}

export interface DecideOptions extends StickyOption {
  /** False: report no exposures. */
  record?: boolean;
}

const summaryMs = 60_000;
const maxTally = 2000;
const accepted: TrackResult = Object.freeze({ accepted: true });

interface Tally {
  flag: string;
  variant: string;
  reason: number;
  rule: string;
  version: number;
  count: number;
}

export class CoreClient {
  readonly settings: Settings;
  readonly #emitter = new Emitter();
  readonly #drops = new DropCounts();
  readonly #buffer: EventBuffer;
  readonly #dedupe: ExposureDedupe;
  readonly #loader: Loader;
  readonly uploader: Uploader;
  readonly #tally = new Map<string, Tally>();
  readonly #waiting = new Set<() => void>();
  #snapshot = Snapshot.empty;
  #suppressed = 0;
  #errors: { load?: Error | undefined; save?: Error | undefined; send?: Error | undefined } = {};
  #windowStartMs: number;
  #cancelSummary: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(settings: Settings, engine: () => Promise<Engine>, bootstrap?: Bootstrap, signal?: AbortSignal, host: Host = webHost) {
    this.settings = settings;
    this.#windowStartMs = settings.now();
    this.#buffer = new EventBuffer(settings.bufferEvents, settings.bufferBytes, this.#drops);
    this.#dedupe = new ExposureDedupe(settings.exposureDedupeEntries, settings.exposureDedupeTtlMs);
    this.#loader = new Loader(settings, {
      install: (snapshot) => this.#install(snapshot),
      status: (error) => this.#setError('load', error),
      saved: (error) => this.#setError('save', error),
    });
    this.uploader = new Uploader(
      settings, this.#buffer, this.#drops, host, (error) => this.#setError('send', error),
      () => this.#loader.isClockSuspect,
    );
    void this.#loader.start(engine, bootstrap);
    signal?.addEventListener('abort', () => void this.close(0), { once: true });
  }

  /** Id of the environment that the key is for. */
  get environment(): string {
    return this.settings.key.environment;
  }

  /** Waits until a snapshot is installed. False when that did not happen in time; never rejects. */
  ready(timeoutMs = 2000, { signal }: WaitOptions = {}): Promise<boolean> {
    if (this.#snapshot.isReady || this.#closing !== undefined) return Promise.resolve(this.#snapshot.isReady);
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve(this.#snapshot.isReady);
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiting.add(done);
      if (signal?.aborted) done();
      signal?.addEventListener('abort', done);
    });
  }

  /** The value of a boolean flag; false when nothing decides. */
  enabled(flag: string, context: Context | Attributes, options?: StickyOption): boolean {
    return this.value(flag, context, false, options);
  }

  /** The value; `fallback` when nothing decides or the flag is of another type than `fallback`. */
  value(flag: string, context: Context | Attributes, fallback: boolean, options?: StickyOption): boolean;
  value(flag: string, context: Context | Attributes, fallback: number, options?: StickyOption): number;
  value(flag: string, context: Context | Attributes, fallback: string, options?: StickyOption): string;
  value<T extends JsonValue>(flag: string, context: Context | Attributes, fallback: T, options?: StickyOption): T;
  value(flag: string, context: Context | Attributes, fallback: FlagValue, options?: StickyOption): FlagValue {
    const snapshot = this.#snapshot;
    const answer = this.#evaluate(flag, context, expectedOf(fallback), options);
    return snapshot.valueOf(flag, answer, fallback);
  }

  /** The variant key; `fallback` when nothing decides. */
  variant(flag: string, context: Context | Attributes, fallback: string, options?: StickyOption): string {
    const snapshot = this.#snapshot;
    const answer = this.#evaluate(flag, context, Expected.any, options);
    return snapshot.entry(flag)?.variants[packed.variant(answer)] ?? fallback;
  }

  /** Everything about one decision. Without `fallback` a flag of any type is taken. */
  decision<T extends FlagValue | undefined = undefined>(
    flag: string, context: Context | Attributes, fallback?: T, options: DecideOptions = {},
  ): Decision<FlagValue | T> {
    const snapshot = this.#snapshot;
    const expected = fallback === undefined ? Expected.any : expectedOf(fallback);
    const nowMs = this.settings.now();
    const answer = snapshot.evaluate(flag, context, expected, nowMs, options.sticky);
    const decision = snapshot.decisionOf(flag, answer, fallback as T);
    this.#count(snapshot, flag, answer);
    if (options.record !== false) this.#record(snapshot, decision, context, nowMs);
    return decision;
  }

  /** The decision and every step that led to it. Records no exposure. */
  explain(flag: string, context: Context | Attributes, options?: StickyOption): Promise<Explanation> {
    return this.#snapshot.explain(flag, context, { nowMs: this.settings.now(), sticky: options?.sticky });
  }

  /** Every flag's decision. Records no exposure; expose() does when one is applied. */
  all(context: Context | Attributes, options?: StickyOption): Map<string, Decision<FlagValue | undefined>> {
    return this.#snapshot.all(context, { nowMs: this.settings.now(), sticky: options?.sticky });
  }

  /**
   * Decisions of some flags for a page that this server renders; JSON. The page's client starts with them (option
   * `bootstrap`) and reports their exposures. Name flags that the page's visitor may know.
   */
  dehydrate(context: Context | Attributes, flags: readonly string[]): Dehydrated {
    const snapshot = this.#snapshot;
    const nowMs = this.settings.now();
    const decisions = flags
      .map((flag) => snapshot.decision(flag, context, undefined, { nowMs }))
      .filter((decision) => decision.value !== undefined) as Decision[];
    return { format: 1, environment: this.environment, snapshotVersion: snapshot.version, decisions };
  }

  /** The snapshot that evaluations use now, for several consistent decisions. It records nothing. */
  pin(): Snapshot {
    return this.#snapshot;
  }

  /** Records a metric event for the units of `context`. Never waits for the network. */
  track(name: string, context: Context | Attributes, options: TrackOptions = {}): TrackResult {
    try {
      return this.#track(name, context, options);
    } catch {
      return this.#drop('invalid', 'metric');
    }
  }

  /** Records the exposures of a decision that was taken without. */
  expose(decision: Decision<unknown>, context: Context | Attributes): TrackResult;
  /**
   * Records an assignment made elsewhere: keys of experiment and variant. Needs a server key and an installed snapshot.
   */
  expose(
    experiment: string, variant: string, context: Context | Attributes, options?: { timeMs?: number; eventId?: string },
  ): TrackResult;
  expose(
    what: Decision<unknown> | string, second: string | Context | Attributes, third?: Context | Attributes,
    options: { timeMs?: number; eventId?: string } = {},
  ): TrackResult {
    try {
      if (typeof what !== 'string') {
        return this.#record(this.#snapshot, what, second as Context | Attributes, this.settings.now());
      }
      return this.#exposeImported(what, second as string, third ?? {}, options);
    } catch {
      return this.#drop('invalid', 'exposure');
    }
  }

  /** Says that the targeting key of `context` and (unitType, id) are one person. */
  identify(context: Context | Attributes, unitType: string, id: string): TrackResult {
    try {
      const own = unitId(findAttribute(context, targetingKey));
      if (!isUsableUnit(own) || unitType === '' || !isUsableUnit(id)) return this.#drop('invalid', 'identify');
      const first = { unitType: targetingKey, unitId: own };
      return this.#push({ kind: 'identify', first, second: { unitType, unitId: id } });
    } catch {
      return this.#drop('invalid', 'identify');
    }
  }

  /** For a page that goes away: see Uploader.leave(). */
  leave(): EncodedEvent[] {
    this.#queueSummaries();
    return this.uploader.leave();
  }

  /** Sends what is buffered and in flight; resolves when all is acknowledged or the time is over. */
  async flush(timeoutMs = 2000, { signal }: WaitOptions = {}): Promise<FlushReport> {
    const { uploader } = this;
    const before = { delivered: uploader.stored + uploader.duplicate, rejected: uploader.rejected };
    this.#queueSummaries();
    await uploader.flush(this.settings.monotonic() + timeoutMs, signal);
    return {
      delivered: uploader.stored + uploader.duplicate - before.delivered,
      rejected: uploader.rejected - before.rejected,
      remaining: uploader.remaining,
    };
  }

  /** flush(), then stops every timer and request. A second call does nothing. What remains is counted as dropped. */
  close(timeoutMs = 2000): Promise<void> {
    return (this.#closing ??= this.#close(timeoutMs));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Looks for a newer snapshot now. */
  refresh(): Promise<void> {
    return this.#closing === undefined ? this.#loader.refresh() : Promise.resolve();
  }

  on<K extends keyof ClientEvents>(name: K, listener: (event: ClientEvents[K]) => void): Unsubscribe {
    return this.#emitter.on(name, listener);
  }

  status(): ClientStatus {
    const { ageMs, isVerified, source, rejected, loadCounts } = this.#loader;
    const state: State = !this.#snapshot.isReady
      ? 'not_ready'
      : isVerified && ageMs < freshMs ? 'fresh' : ageMs < veryStaleMs ? 'stale' : 'very_stale';
    const conditions: Condition[] = [];
    if (rejected !== undefined) conditions.push('rejected');
    const { save } = this.#errors;
    if (save instanceof LoadError && save.code === 'LKG_NOT_SAVED') conditions.push('cache_unavailable');
    const lastError = this.#errors.load ?? this.#errors.send ?? this.#errors.save;
    return {
      state,
      environment: this.environment,
      snapshotVersion: this.#snapshot.version,
      ageMs,
      source,
      conditions,
      loadCounts: [...loadCounts.values()].map((row) => ({ ...row })),
      ...(lastError !== undefined && { lastError }),
      eventsAccepted: this.#buffer.accepted,
      eventsDelivered: this.uploader.stored,
      eventsDuplicate: this.uploader.duplicate,
      eventsRejected: this.uploader.rejected,
      exposuresSuppressed: this.#suppressed,
      drops: this.#drops.list(),
    };
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#queueSummaries();
    this.#cancelSummary?.();
    this.#buffer.close();
    const deadline = this.settings.monotonic() + timeoutMs;
    const loaderStopped = this.#loader.stop();
    await this.uploader.flush(deadline);
    this.uploader.stop();
    const lost = this.uploader.dropAll('closed');
    if (lost > 0) this.settings.log('warning', `close: ${lost} events were not acknowledged in time`);
    for (const done of [...this.#waiting]) done();
    const abort = new AbortController();
    const rest = Math.max(0, deadline - this.settings.monotonic());
    await Promise.race([loaderStopped, sleep(rest, abort.signal)]);
    abort.abort();
    this.#emitter.clear();
  }

  #install(snapshot: Snapshot): void {
    if (this.#closing !== undefined) return;
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    for (const done of [...this.#waiting]) done();
    const { version } = snapshot;
    if (!before.isReady) this.#emitter.emit('ready', { version });
    const flags = [...new Set([...before.flags, ...snapshot.flags])];
    this.#emitter.emit('change', { version, flags });
  }

  /** Tells subscribers that any flag may answer differently now. */
  announceChange(): void {
    this.#emitter.emit('change', { version: this.#snapshot.version, flags: this.#snapshot.flags });
  }

  #setError(kind: 'load' | 'save' | 'send', error: Error | undefined): void {
    const known = this.#errors[kind];
    this.#errors[kind] = error;
    if (error === undefined || error.message === known?.message) return;
    this.settings.log('warning', error instanceof LoadError ? `${error.code}: ${error.message}` : error.message);
    this.#emitter.emit('error', { error: asError(error) });
  }

  #evaluate(flag: string, context: Context | Attributes, expected: number, options?: StickyOption): number {
    const snapshot = this.#snapshot;
    const nowMs = this.settings.now();
    const answer = snapshot.evaluate(flag, context, expected, nowMs, options?.sticky);
    if (packed.exposures(answer) > 0) {
      this.#record(snapshot, snapshot.decisionOf(flag, answer, undefined), context, nowMs);
    }
    this.#count(snapshot, flag, answer);
    return answer;
  }

  // Rules are counted where there is a variant; the rule of the last evaluation still stands in the instance.
  #count(snapshot: Snapshot, flag: string, answer: number): void {
    const entry = snapshot.entry(flag);
    if (entry === undefined) return; // a key that the snapshot does not have says nothing about a flag
    const outcome = packed.outcome(answer);
    const rule = packed.error(answer) === 0 ? snapshot.lastRuleAddress() : 0;
    const last = entry.lastCount as Tally | undefined;
    if (last !== undefined && entry.lastOutcome === outcome && entry.lastRule === rule && last.count > 0) {
      last.count++;
      return;
    }
    const ruleText = rule === 0 ? '' : snapshot.lastRule();
    const key = `${snapshot.version}\0${flag}\0${outcome}\0${ruleText}`;
    let tally = this.#tally.get(key);
    if (tally === undefined) {
      tally = {
        flag, variant: entry.variants[packed.variant(answer)] ?? '', reason: packed.reason(answer), rule: ruleText,
        version: snapshot.version, count: 0,
      };
      this.#tally.set(key, tally);
      if (this.#tally.size >= maxTally) this.#queueSummaries();
      this.#cancelSummary ??= after(summaryMs, () => this.#queueSummaries());
    }
    tally.count++;
    entry.lastCount = tally;
    entry.lastOutcome = outcome;
    entry.lastRule = rule;
  }

  #queueSummaries(): void {
    this.#cancelSummary?.();
    this.#cancelSummary = undefined;
    const nowMs = this.settings.now();
    for (const tally of this.#tally.values()) {
      const { flag, variant, reason, rule, version, count } = tally;
      tally.count = 0; // whoever remembers it must look it up again
      if (count === 0) continue;
      this.#push({
        kind: 'summary', flag, variant, reason, rule, snapshotVersion: version, count,
        windowStartMs: this.#windowStartMs, windowEndMs: nowMs,
      });
    }
    this.#tally.clear();
    this.#windowStartMs = nowMs;
  }

  #push(body: EventBody, timeMs?: number, eventId?: string): TrackResult {
    const { now, monotonic } = this.settings;
    const dropped = this.#buffer.push({
      timeMs: Math.floor(timeMs ?? now()), monotonicMs: Math.floor(monotonic()), eventId, body,
    });
    if (dropped !== 'none') return { accepted: false, dropped };
    this.uploader.wake();
    return accepted;
  }

  #drop(reason: DropReason, kind: EventKindName): TrackResult {
    this.#drops.add(reason, kind);
    return { accepted: false, dropped: reason };
  }

  #record(snapshot: Snapshot, decision: Decision<unknown>, context: Context | Attributes, nowMs: number): TrackResult {
    let result = accepted;
    for (const exposure of decision.exposures) {
      let one: TrackResult;
      try {
        one = this.#recordOne(snapshot, decision, exposure, context, nowMs);
      } catch {
        one = this.#drop('invalid', 'exposure'); // a context whose properties throw
      }
      if (!one.accepted) result = one;
    }
    return result;
  }

  #recordOne(
    snapshot: Snapshot, decision: Decision<unknown>, exposure: Exposure, context: Context | Attributes, nowMs: number,
  ): TrackResult {
    const id = unitId(findAttribute(context, exposure.bucketBy));
    if (!isUsableUnit(id)) {
      this.#drops.add('invalid', 'exposure', exposure.experimentId, exposure.variant);
      return { accepted: false, dropped: 'invalid' };
    }
    const key = this.#dedupe.keyOf(exposure, id);
    if (!this.#dedupe.note(key, nowMs)) {
      this.#suppressed++;
      return accepted;
    }
    const result = this.#push(
      {
        kind: 'exposure',
        experiment: exposure.experimentId,
        phase: exposure.phase,
        variant: exposure.variant,
        flag: decision.flag,
        rule: decision.rule ?? '',
        snapshotVersion: decision.snapshotVersion,
        unit: { unitType: exposure.bucketBy, unitId: id },
        origin: ExposureOrigin[exposure.origin ?? 'engine'],
        attributes: analyticsOf(snapshot, context),
        isHoldout: exposure.isHoldout,
      },
      nowMs,
    );
    if (!result.accepted) this.#dedupe.forget(key);
    return result;
  }

  #exposeImported(
    experiment: string, variant: string, context: Context | Attributes, options: { timeMs?: number; eventId?: string },
  ): TrackResult {
    const snapshot = this.#snapshot;
    const entry = snapshot.experiment(experiment);
    const id = entry && unitId(findAttribute(context, entry.bucketBy));
    const isValid =
      this.settings.key.audience === 'server' && entry?.variants.includes(variant) === true && isUsableUnit(id!) &&
      isEventId(options.eventId);
    if (!isValid) return this.#drop('invalid', 'exposure');
    return this.#push(
      {
        kind: 'exposure',
        experiment: entry.id,
        phase: entry.phase,
        variant,
        flag: entry.flag,
        rule: '',
        snapshotVersion: 0,
        unit: { unitType: entry.bucketBy, unitId: id! },
        origin: ExposureOrigin.imported,
        attributes: analyticsOf(snapshot, context),
        isHoldout: false,
      },
      options.timeMs,
      options.eventId,
    );
  }

  #track(name: string, context: Context | Attributes, options: TrackOptions): TrackResult {
    const properties = Object.entries(options.properties ?? {});
    const isValid =
      isShort(name, 128) && (options.value === undefined || Number.isFinite(options.value)) &&
      (options.timeMs === undefined || Number.isFinite(options.timeMs)) && properties.length <= 16 &&
      properties.every(([property, value]) => isShort(property, 128) && isProperty(value, 256)) &&
      isEventId(options.eventId);
    if (!isValid) return this.#drop('invalid', 'metric');
    const units = new Map<string, Unit>();
    const add = (unitType: string, id: string): void => {
      // The first of a type counts.
      if (unitType !== '' && isUsableUnit(id) && !units.has(unitType)) units.set(unitType, { unitType, unitId: id });
    };
    for (const [unitType, id] of Object.entries(options.units ?? {})) add(unitType, id);
    add(targetingKey, unitId(findAttribute(context, targetingKey)));
    for (const unitType of this.#snapshot.unitTypes) add(unitType, unitId(findAttribute(context, unitType)));
    if (units.size === 0 || units.size > 16) return this.#drop('invalid', 'metric');
    const body: EventBody = { kind: 'metric', name, value: options.value, properties, units: [...units.values()] };
    return this.#push(body, options.timeMs, options.eventId);
  }
}

function isShort(text: unknown, maxBytes: number): boolean {
  if (typeof text !== 'string' || text === '') return false;
  const size = utf8Size(text);
  return size >= 0 && size <= maxBytes;
}

function isUsableUnit(id: string): boolean {
  return isShort(id, 256);
}

function isEventId(id: string | undefined): boolean {
  return id === undefined || isShort(id, 64);
}

function isProperty(value: unknown, maxBytes: number): value is PropertyValue {
  switch (typeof value) {
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'bigint':
      return BigInt.asIntN(64, value) === value;
    case 'string':
      return value === '' || isShort(value, maxBytes);
    default:
      return false;
  }
}

// The attributes of `context` that may leave the process, as far as they fit.
function analyticsOf(snapshot: Snapshot, context: Context | Attributes): [string, PropertyValue][] {
  const attributes: [string, PropertyValue][] = [];
  for (const name of snapshot.analyticsAttributes) {
    if (attributes.length === 16) break;
    const value: FlatValue = findAttribute(context, name);
    if (isProperty(value, 64)) attributes.push([name, value]);
  }
  return attributes;
}
