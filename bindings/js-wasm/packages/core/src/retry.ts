// When to try again.

const maxRetryAfterMs = 3_600_000;

/** The wait that a Retry-After header asks for, at most an hour; undefined without one. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null || header === '') return undefined;
  if (/^[0-9]+$/.test(header)) return Math.min(Number(header) * 1000, maxRetryAfterMs);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.min(Math.max(date - nowMs, 0), maxRetryAfterMs);
}

/** Doubles from the first wait to the longest, with full jitter. */
export class Backoff {
  readonly #initialMs: number;
  readonly #maxMs: number;
  #failures = 0;

  constructor(initialMs: number, maxMs: number) {
    this.#initialMs = initialMs;
    this.#maxMs = maxMs;
  }

  next(retryAfterMs?: number): number {
    const bound = Math.min(this.#initialMs * 2 ** this.#failures, this.#maxMs);
    if (this.#failures < 62) this.#failures++;
    return Math.max(10, retryAfterMs ?? Math.random() * bound);
  }

  reset(): void {
    this.#failures = 0;
  }
}
