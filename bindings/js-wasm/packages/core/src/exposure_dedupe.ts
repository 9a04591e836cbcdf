// Which exposures were reported lately, so that the same one is not sent again. The variant is part of the key: a unit
// that changes variant is always reported.
import type { Exposure } from './decision.js';

/** Bounded: the least recently seen makes room. */
export class ExposureDedupe {
  readonly #noted = new Map<string, number>(); // in the order of use
  readonly #entries: number;
  readonly #ttlMs: number;

  constructor(entries: number, ttlMs: number) {
    this.#entries = entries;
    this.#ttlMs = ttlMs;
  }

  keyOf(exposure: Exposure, unitId: string): string {
    const { experimentId, phase, variant, bucketBy, isHoldout } = exposure;
    return `${isHoldout ? 'h' : 'e'}${phase}\0${experimentId}\0${variant}\0${bucketBy}\0${unitId}`;
  }

  /** False when `key` was noted within the time to live before `nowMs`; otherwise notes it. */
  note(key: string, nowMs: number): boolean {
    const noted = this.#noted.get(key);
    if (noted !== undefined) this.#noted.delete(key);
    const isKnown = noted !== undefined && nowMs - noted < this.#ttlMs && nowMs >= noted;
    this.#noted.set(key, isKnown ? noted : nowMs);
    if (this.#noted.size > this.#entries) {
      const { value } = this.#noted.keys().next();
      this.#noted.delete(value!);
    }
    return !isKnown;
  }

  /** Takes a note back, because the exposure could not be kept. */
  forget(key: string): void {
    this.#noted.delete(key);
  }
}
