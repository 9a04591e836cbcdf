// The bounded buffer between a program and the uploader, and the count of what did not get through.
//
// When it is full, a more important event pushes out the oldest of the least important: first summaries, then metric
// events. Every event that is pushed gets a sequence number, also a refused one: a receiver sees a loss as a gap and
// finds it explained among the drops.
import type { DropCount, DropReason, EventBody, EventKindName } from './event.js';

/** Counts never go down. At most 1,000 rows name an experiment; the rest is counted without one. */
export class DropCounts {
  readonly #rows = new Map<string, DropCount>();

  add(reason: DropReason, kind: EventKindName, experiment = '', variant = '', count = 1): void {
    if (this.#rows.size >= 1000) experiment = variant = '';
    const key = JSON.stringify([reason, kind, experiment, variant]);
    const row = this.#rows.get(key);
    if (row === undefined) this.#rows.set(key, { reason, kind, experiment, variant, count });
    else row.count += count;
  }

  addEvent(reason: DropReason, body: EventBody): void {
    if (body.kind === 'exposure') this.add(reason, body.kind, body.experiment, body.variant);
    else this.add(reason, body.kind);
  }

  list(): DropCount[] {
    return [...this.#rows.values()].map((row) => ({ ...row }));
  }
}

export interface BufferedEvent {
  sequence: number;
  timeMs: number;
  monotonicMs: number;
  /** The caller's own; made when the event is encoded where it is absent. */
  eventId?: string | undefined;
  body: EventBody;
  sizeBytes: number;
}

const importance = { summary: 0, metric: 1, exposure: 2, identify: 2 } as const;

export class EventBuffer {
  readonly #queues: [BufferedEvent[], BufferedEvent[], BufferedEvent[]] = [[], [], []];
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #drops: DropCounts;
  #bytes = 0;
  #sequence = 0;
  #isClosed = false;
  /** Of events but summaries: accepted since the start, and accepted but pushed out again. */
  accepted = 0;
  evicted = 0;

  constructor(maxEvents: number, maxBytes: number, drops: DropCounts) {
    this.#maxEvents = maxEvents;
    this.#maxBytes = maxBytes;
    this.#drops = drops;
  }

  get count(): number {
    return this.#queues[0].length + this.#queues[1].length + this.#queues[2].length;
  }

  push(event: Omit<BufferedEvent, 'sequence' | 'sizeBytes'>): DropReason {
    const { body } = event;
    if (this.#isClosed) {
      this.#drops.addEvent('closed', body);
      return 'closed';
    }
    const rank = importance[body.kind];
    const sizeBytes = sizeOf(body);
    const sequence = ++this.#sequence;
    for (let lesser = 0; lesser < rank && !this.#fits(sizeBytes); lesser++) {
      while (this.#queues[lesser]!.length > 0 && !this.#fits(sizeBytes)) {
        const out = this.#queues[lesser]!.shift()!;
        this.#bytes -= out.sizeBytes;
        this.#drops.addEvent('buffer_full', out.body);
        if (lesser > 0) this.evicted++;
      }
    }
    if (!this.#fits(sizeBytes)) {
      this.#drops.addEvent('buffer_full', body);
      return 'buffer_full';
    }
    this.#queues[rank].push({ ...event, sequence, sizeBytes });
    this.#bytes += sizeBytes;
    if (rank > 0) this.accepted++;
    return 'none';
  }

  /** Moves the oldest events out, in the order of their numbers. */
  take(maxEvents: number): BufferedEvent[] {
    const taken: BufferedEvent[] = [];
    while (taken.length < maxEvents) {
      let oldest: BufferedEvent[] | undefined;
      for (const queue of this.#queues) {
        if (queue.length > 0 && (oldest === undefined || queue[0]!.sequence < oldest[0]!.sequence)) oldest = queue;
      }
      if (oldest === undefined) break;
      const event = oldest.shift()!;
      this.#bytes -= event.sizeBytes;
      taken.push(event);
    }
    return taken;
  }

  close(): void {
    this.#isClosed = true;
  }

  #fits(sizeBytes: number): boolean {
    return this.count < this.#maxEvents && this.#bytes + sizeBytes <= this.#maxBytes;
  }
}

// About what the event takes when it is encoded.
function sizeOf(body: EventBody): number {
  let size = 48;
  const add = (value: unknown): void => {
    if (typeof value === 'string') size += value.length + 2;
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(add);
    else size += 8;
  };
  add(body);
  return size;
}
