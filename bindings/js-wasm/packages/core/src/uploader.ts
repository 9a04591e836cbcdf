// Sends events until each one is acknowledged.
//
//   buffer --take, id, encode--> batches --POST /sdk/v1/events--> one result per event
//
//     stored, duplicate   done                 rejected            counted as dropped, done
//     retry               kept, sent again     no or odd answer    all kept, sent again with the same ids
//     400, 413, 422       the batch is halved until the event that the server cannot take stands alone
import type { BufferedEvent, DropCounts, EventBuffer } from './event_buffer.js';
import { Ack, decodeReply, encodeBatch, encodeEvent, type DropReason, type EventBody } from './event.js';
import { makeEventId } from './event_id.js';
import type { Host } from './host.js';
import type { Settings } from './options.js';
import { Backoff, parseRetryAfter } from './retry.js';
import { authorizationHeader } from './sdk_key.js';
import { utf8 } from './text.js';
import { after } from './timer.js';
import { send } from './transport.js';
import { version } from './version.js';

export interface EncodedEvent {
  sequence: number;
  body: EventBody;
  bytes: Uint8Array;
}

const framing = 16; // tag and size before each event, and a share of the header
const headerBytes = 1024;
const smallestToCompress = 512;
/** What browsers let a page have under way after it is gone; in one request, with room for the header. */
const keepaliveBytes = 60 * 1024;

export class Uploader {
  readonly #settings: Settings;
  readonly #buffer: EventBuffer;
  readonly #drops: DropCounts;
  readonly #host: Host;
  readonly #report: (error: Error | undefined) => void;
  readonly #isClockSuspect: () => boolean;
  readonly #backoff: Backoff;
  #batches: EncodedEvent[][] = [];
  readonly #underway = new Set<EncodedEvent[]>();
  #sending: Promise<boolean> | undefined;
  #abort = new AbortController();
  #cancel: (() => void) | undefined;
  #retryAt = 0; // monotonic
  #isWaitOrdered = false;
  stored = 0;
  duplicate = 0;
  rejected = 0;
  dropped = 0;
  adopted = 0;

  constructor(
    settings: Settings, buffer: EventBuffer, drops: DropCounts, host: Host,
    report: (error: Error | undefined) => void, isClockSuspect: () => boolean,
  ) {
    this.#settings = settings;
    this.#buffer = buffer;
    this.#drops = drops;
    this.#host = host;
    this.#report = report;
    this.#isClockSuspect = isClockSuspect;
    this.#backoff = new Backoff(settings.retryInitialMs, settings.retryMaxMs);
  }

  /** Accepted and not yet acknowledged. */
  get remaining(): number {
    const done = this.stored + this.duplicate + this.rejected + this.dropped + this.#buffer.evicted;
    return this.#buffer.accepted + this.adopted - done;
  }

  get isIdle(): boolean {
    return this.#batches.length === 0 && this.#buffer.count === 0 && this.#sending === undefined;
  }

  /** An event was pushed: sends now when a batch is full, else within the flush interval. */
  wake(): void {
    if (this.#abort.signal.aborted) return;
    if (this.#buffer.count >= this.#settings.batchEvents && this.#sending === undefined) {
      this.#plan(0);
    } else if (this.#cancel === undefined && this.#sending === undefined) {
      this.#plan(this.#settings.flushIntervalMs);
    }
  }

  #plan(ms: number): void {
    this.#cancel?.();
    const wait = Math.max(ms, this.#retryAt - this.#settings.monotonic());
    this.#cancel = after(wait, () => {
      this.#cancel = undefined;
      void this.#run();
    });
  }

  // Sends everything that is there. Stops at the first failure and plans the next attempt.
  async #run(): Promise<boolean> {
    if (this.#sending !== undefined) return this.#sending;
    this.#sending = (async () => {
      for (;;) {
        if (this.#batches.length === 0 && this.#buffer.count > 0) this.#takeBatch();
        const batch = this.#batches.find((other) => !this.#underway.has(other));
        if (batch !== undefined) {
          const { body, encoding } = await compressed(this.#encode(batch));
          if (!(await this.#send(batch, body, encoding))) return false;
        } else if (this.#batches.length > 0 || this.#buffer.count === 0) {
          return true;
        }
      }
    })();
    const isDone = await this.#sending.finally(() => (this.#sending = undefined));
    if (!this.#abort.signal.aborted && !this.isIdle) this.#plan(isDone ? this.#settings.flushIntervalMs : 0);
    return isDone;
  }

  /** Sends what is there until all is acknowledged or `deadline` (monotonic) is over. */
  async flush(deadline: number, signal?: AbortSignal): Promise<void> {
    const { monotonic } = this.#settings;
    if (!this.#isWaitOrdered) this.#retryAt = 0;
    while (!this.isIdle && monotonic() < deadline && !signal?.aborted) {
      const wait = this.#retryAt - monotonic();
      const bound = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, Math.min(deadline, wait > 0 ? this.#retryAt : Infinity) - monotonic()));
        signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
        if (wait <= 0) void this.#run().finally(() => (clearTimeout(timer), resolve()));
      });
      await bound;
    }
  }

  stop(): void {
    this.#cancel?.();
    this.#abort.abort();
  }

  /** Forgets and counts what is left; returns how many were not summaries. */
  dropAll(reason: DropReason): number {
    let count = 0;
    const left = [...this.#batches.flat().map((event) => event.body), ...this.#buffer.take(Infinity).map((e) => e.body)];
    for (const body of left) {
      this.#drops.addEvent(reason, body);
      if (body.kind !== 'summary') count++;
    }
    this.#batches = [];
    this.dropped += count;
    return count;
  }

  /**
   * For a page that goes away: sends at once, without waiting for anything, what browsers let it send, and returns all
   * that is not acknowledged yet, to be kept for the next page.
   */
  leave(): EncodedEvent[] {
    while (this.#buffer.count > 0) this.#takeBatch();
    this.#batches = this.#batches.flatMap((batch) => (this.#underway.has(batch) ? [batch] : pieces(batch, keepaliveBytes)));
    let size = 0;
    for (const batch of this.#batches) {
      if (this.#underway.has(batch)) continue;
      const body = this.#encode(batch);
      size += body.length;
      if (size > keepaliveBytes) break;
      void this.#send(batch, body, '');
    }
    return this.#batches.flat();
  }

  /** Events of an earlier page, with their ids. */
  adopt(events: readonly EncodedEvent[]): void {
    if (events.length === 0 || this.#abort.signal.aborted) return;
    this.adopted += events.filter((event) => event.body.kind !== 'summary').length;
    this.#batches.push(...pieces(events, this.#settings.batchBytes, this.#settings.batchEvents));
    this.#plan(0);
  }

  #takeBatch(): void {
    const { batchEvents, batchBytes, now } = this.#settings;
    const events: EncodedEvent[] = [];
    for (const taken of this.#buffer.take(batchEvents)) {
      const event = this.#encodeEvent(taken, now());
      if (event.bytes.length + headerBytes > 512 * 1024) {
        this.#drops.addEvent('too_large', event.body);
        if (event.body.kind !== 'summary') this.dropped++;
      } else {
        events.push(event);
      }
    }
    this.#batches.push(...pieces(events, batchBytes));
  }

  #encodeEvent(taken: BufferedEvent, nowMs: number): EncodedEvent {
    const { sequence, timeMs, monotonicMs, body } = taken;
    const eventId = (taken.eventId && utf8(taken.eventId)) || makeEventId(this.#host, nowMs);
    return { sequence, body, bytes: encodeEvent({ eventId, timeMs, monotonicMs, sequence }, body) };
  }

  #encode(batch: readonly EncodedEvent[]): Uint8Array {
    const { instanceId, sdk, now } = this.#settings;
    const sequences = batch.map((event) => event.sequence);
    const header = {
      batchId: makeEventId(this.#host, now()),
      instanceId,
      sdk,
      sdkVersion: version,
      sentAtMs: now(),
      firstSequence: Math.min(...sequences),
      lastSequence: Math.max(...sequences),
      isClockSuspect: this.#isClockSuspect(),
      drops: this.#drops.list(),
    };
    return encodeBatch(header, batch.map((event) => event.bytes));
  }

  async #send(batch: EncodedEvent[], body: Uint8Array, encoding: string): Promise<boolean> {
    const { url, key, fetch, requestTimeoutMs, now } = this.#settings;
    this.#underway.add(batch);
    try {
      const reply = await send(fetch, `${url}/sdk/v1/events`, {
        method: 'POST',
        headers: {
          Authorization: authorizationHeader(key),
          'Content-Type': 'application/x-protobuf',
          ...(encoding !== '' && { 'Content-Encoding': encoding }),
        },
        body,
        keepalive: body.length <= keepaliveBytes,
        timeoutMs: requestTimeoutMs,
        maxReplyBytes: 1 << 20,
        signal: this.#abort.signal,
      });
      if (reply.status >= 200 && reply.status < 300) return this.#settle(batch, reply.body);
      if (reply.status === 400 || reply.status === 413 || reply.status === 422) {
        this.#halve(batch, reply.status);
        this.#report(undefined);
        return true;
      }
      if (reply.status === 401 || reply.status === 403) {
        return this.#fail(`expected status 200, got ${reply.status}, the key is not accepted`, this.#settings.retryMaxMs);
      }
      const retryAfterMs = parseRetryAfter(reply.header('retry-after'), now());
      return this.#fail(`expected status 200, got ${reply.status}`, retryAfterMs);
    } catch (error) {
      return this.#fail((error as Error)?.message ?? String(error));
    } finally {
      this.#underway.delete(batch);
    }
  }

  #fail(text: string, orderedMs?: number): false {
    this.#isWaitOrdered = orderedMs !== undefined;
    this.#retryAt = this.#settings.monotonic() + this.#backoff.next(orderedMs);
    if (!this.#abort.signal.aborted) this.#report(new Error(`events: ${text}`));
    return false;
  }

  #settle(batch: EncodedEvent[], body: Uint8Array): boolean {
    const reply = decodeReply(body);
    if (reply === undefined || reply.results.length !== batch.length) {
      return this.#fail('the answer is not an acknowledgement');
    }
    // Halving and dropping replace the list, so the batch may not be the first any more.
    this.#batches = this.#batches.filter((other) => other !== batch);
    const again: EncodedEvent[] = [];
    batch.forEach((event, i) => {
      const one = event.body.kind === 'summary' ? 0 : 1;
      if (reply.results[i] === Ack.stored) this.stored += one;
      else if (reply.results[i] === Ack.duplicate) this.duplicate += one;
      else if (reply.results[i] === Ack.rejected) this.#reject(event, reply.rejections.get(i) ?? '');
      else again.push(event);
    });
    if (again.length > 0) {
      this.#batches.unshift(again);
      return this.#fail(`the server asks for ${again.length} events again`);
    }
    this.#backoff.reset();
    this.#retryAt = 0;
    this.#isWaitOrdered = false;
    this.#report(undefined);
    return true;
  }

  #halve(batch: EncodedEvent[], status: number): void {
    const at = this.#batches.indexOf(batch);
    if (at < 0) return;
    if (batch.length === 1) {
      this.#batches.splice(at, 1);
      this.#reject(batch[0]!, `status ${status}`);
      return;
    }
    const middle = batch.length >> 1;
    this.#batches.splice(at, 1, batch.slice(0, middle), batch.slice(middle));
  }

  #reject(event: EncodedEvent, why: string): void {
    if (event.body.kind !== 'summary') this.rejected++;
    this.#drops.addEvent('rejected', event.body);
    this.#settings.log('warning', `events: one is rejected: ${why}`);
  }
}

function pieces(events: readonly EncodedEvent[], maxBytes: number, maxEvents = Infinity): EncodedEvent[][] {
  const all: EncodedEvent[][] = [];
  let size = 0;
  for (const event of events) {
    const room = event.bytes.length + framing;
    const last = all[all.length - 1];
    if (last === undefined || last.length >= maxEvents || size + room > maxBytes) {
      all.push([event]);
      size = room + headerBytes;
    } else {
      last.push(event);
      size += room;
    }
  }
  return all;
}

async function compressed(body: Uint8Array): Promise<{ body: Uint8Array; encoding: string }> {
  if (body.length < smallestToCompress || typeof CompressionStream === 'undefined') return { body, encoding: '' };
  const stream = new Blob([body as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip'));
  return { body: new Uint8Array(await new Response(stream).arrayBuffer()), encoding: 'gzip' };
}
