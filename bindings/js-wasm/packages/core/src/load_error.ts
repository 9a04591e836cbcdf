// Why bytes were refused.

/** The code of each failing step of the acceptance order, in the order of their numbers (docs/snapshot-format.md). */
const names = [
  '', 'TOO_LARGE', 'BAD_ENVELOPE', 'DIGEST_MISMATCH', 'UNKNOWN_KEY', 'BAD_SIGNATURE', 'BAD_INFLATE', 'WIRE_LIMIT',
  'BAD_ENCODING', 'UNSUPPORTED_VERSION', 'WRONG_ENVIRONMENT', 'ROLLBACK', 'EQUIVOCATION', 'FAST_FORWARD',
  'BAD_CONTENT', 'COMPILE_FAILED', 'GOLDEN_MISMATCH', 'PENDING_NOT_SAVED', 'UNHEALTHY', 'LKG_NOT_SAVED',
  'HEAD_EXPIRED',
] as const;

export type LoadCode = (typeof names)[number];

/**
 * A Root, Head or Snapshot was refused. `step` is that of the acceptance order, 0 when no step is at fault. In a page
 * the message says little more than that; in Node it says where and why.
 */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly code: LoadCode;
  readonly step: number;

  constructor(code: LoadCode | number, step: number, text: string) {
    const name = typeof code === 'number' ? (names[code] ?? '') : code;
    super(text || `refused at step ${step}: ${name}`);
    this.code = name;
    this.step = step;
  }
}
