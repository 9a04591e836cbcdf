// One signed file: the engine says what to compute, the host computes it, the engine decides.
import type { Engine } from './engine.js';
import type { Instance } from './instance.js';

/** Stored in files; see docs/snapshot-format.md. */
export const PayloadType = { root: 1, head: 2, snapshot: 3 } as const;

export interface VerifyRequest {
  type: number;
  /** Address of the Root whose keys may sign; 0: a Root that is judged by its own keys. */
  root: number;
  environment?: string;
  /** Of the payload as stored: what a Head says. */
  expected?: { digest: Uint8Array; sizeBytes: number } | undefined;
}

/** Calls `open` with the verification, for it to call one of the expt_*_open exports. */
export async function withVerified<T>(
  engine: Engine,
  instance: Instance,
  file: Uint8Array,
  request: VerifyRequest,
  open: (verification: number) => T,
): Promise<T> {
  const { exports } = instance;
  const own = file.slice(); // whatever the caller does to its bytes meanwhile
  const at = instance.put(own);
  const verification = instance.withText(request.environment ?? '', (environment, size) =>
    instance.withBytes(request.expected?.digest, (digest) =>
      exports.expt_verify_begin(
        at, own.length, request.type, request.root, environment, size, digest, request.expected?.sizeBytes ?? 0,
      ),
    ),
  );
  try {
    const [, payloadAt = 0, payloadSize = 0, plainSize = 0, count = 0, candidates = 0] = instance.words(6);
    // Read before anything is awaited: another file may be begun meanwhile.
    const signers = instance.bytes.slice(candidates, candidates + count * 96);
    if (payloadAt !== 0) {
      const payload = own.subarray(payloadAt - at, payloadAt - at + payloadSize);
      const digest = await engine.host.sha256(payload);
      const message = instance.withBytes(digest, (digestAt) =>
        instance.withBytes(new Uint8Array(54), (messageAt) => {
          exports.expt_verify_digest(verification, digestAt, messageAt);
          return instance.bytes.slice(messageAt, messageAt + 54);
        }),
      );
      let verified = 0;
      for (let i = 0; i < count; i++) {
        const key = signers.subarray(i * 96, i * 96 + 32);
        const signature = signers.subarray(i * 96 + 32, i * 96 + 96);
        if (await engine.host.verify(key, message, signature)) verified |= 1 << i;
      }
      if (exports.expt_verify_check(verification, verified) === 1) {
        const plain = await engine.host.inflate(payload, plainSize);
        if (plain?.length === plainSize) {
          const plainAt = exports.expt_verify_plain(verification);
          instance.bytes.set(plain, plainAt);
        }
      }
    }
    return open(verification);
  } finally {
    exports.expt_verify_free(verification);
  }
}
