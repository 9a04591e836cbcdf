// Roots: who may sign.
import type { Engine } from './engine.js';
import type { Instance } from './instance.js';
import { PayloadType, withVerified } from './verification.js';

export interface RootDescription {
  readonly version: number;
  readonly environments: readonly string[];
  readonly digest: string;
  readonly expiresAtMs: number;
}

/** The keys that may sign, read from a Root file. Immutable. */
export class Root implements RootDescription {
  readonly version: number;
  /** Ids of the environments that have a snapshot key. */
  readonly environments: readonly string[];
  /** SHA-256 of the whole file, in hexadecimal. */
  readonly digest: string;
  readonly expiresAtMs: number;
  /** The whole file. */
  readonly file: Uint8Array;
  readonly engine: Engine;

  private constructor(engine: Engine, file: Uint8Array, description: RootDescription) {
    this.engine = engine;
    this.file = file;
    this.version = description.version;
    this.environments = description.environments;
    this.digest = description.digest;
    this.expiresAtMs = description.expiresAtMs;
  }

  /**
   * Checks that `bytes` is a Root signed by the threshold of its own keys. That alone makes it well-formed, not
   * trusted: give `pin`, the SHA-256 of the whole file, or take it from a trusted place.
   * Rejects with a LoadError.
   */
  static async parse(engine: Engine, bytes: Uint8Array, pin?: Uint8Array): Promise<Root> {
    const file = bytes.slice();
    const description = await withRoot(engine, await engine.scratch(), file, (_, found) => found, pin);
    return new Root(engine, file, description);
  }

  /** Reads this Root again in `instance`, for one use. */
  async within<T>(instance: Instance, use: (root: number) => Promise<T> | T): Promise<T> {
    return withRoot(this.engine, instance, this.file, (root) => use(root));
  }

  /**
   * The next version: it must be signed by the thresholds of this Root and of its own.
   * Rejects with a LoadError; ROLLBACK when its version is not the next one or an epoch falls.
   */
  async next(bytes: Uint8Array): Promise<Root> {
    const next = await Root.parse(this.engine, bytes);
    const instance = await this.engine.scratch();
    await this.within(instance, (root) =>
      withVerified(this.engine, instance, next.file, { type: PayloadType.root, root }, (verification) => {
        if (instance.exports.expt_root_follows(verification, root) === 0) throw instance.error();
      }),
    );
    return next;
  }
}

async function withRoot<T>(
  engine: Engine,
  instance: Instance,
  file: Uint8Array,
  use: (root: number, description: RootDescription) => Promise<T> | T,
  pin?: Uint8Array,
): Promise<T> {
  let description!: RootDescription;
  const root = await withVerified(engine, instance, file, { type: PayloadType.root, root: 0 }, (verification) => {
    const opened = instance.withBytes(pin, (at) => instance.exports.expt_root_open(verification, at));
    if (opened === 0) throw instance.error();
    description = instance.answer('version environments digest expiresAtMs') as RootDescription;
    return opened;
  });
  try {
    return await use(root, description);
  } finally {
    instance.exports.expt_root_free(root);
  }
}
