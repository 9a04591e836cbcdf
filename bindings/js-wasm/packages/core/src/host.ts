// What the machine does for the engine: hashing, curve equation, inflating, randomness.

export interface Host {
  sha256(bytes: Uint8Array): Promise<Uint8Array>;
  /** Ed25519. Encodings that are not canonical never get here: the engine refuses them first. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
  /** Raw deflate: exactly `size` bytes from all of `bytes`, or undefined. Never allocates much more than that. */
  inflate(bytes: Uint8Array, size: number): Promise<Uint8Array | undefined>;
  random(size: number): Uint8Array;
}

/** WebCrypto and DecompressionStream, as browsers and Node have them. */
export const webHost: Host = {
  async sha256(bytes) {
    return new Uint8Array(await subtle().digest('SHA-256', buffer(bytes)));
  },

  async verify(publicKey, message, signature) {
    try {
      const key = await subtle().importKey('raw', buffer(publicKey), { name: 'Ed25519' }, false, ['verify']);
      return await subtle().verify({ name: 'Ed25519' }, key, buffer(signature), buffer(message));
    } catch (error) {
      // A browser that has WebCrypto but not this curve; a key that it refuses is a DataError.
      if ((error as Error)?.name !== 'NotSupportedError') return false;
      const ed25519 = await import('@noble/ed25519');
      return ed25519.verifyAsync(signature, message, publicKey, { zip215: false }).catch(() => false);
    }
  },

  async inflate(bytes, size) {
    const stream = new DecompressionStream('deflate-raw');
    const writer = stream.writable.getWriter();
    // Both fail where the data are bad; the reader tells.
    writer.write(buffer(bytes)).catch(() => {});
    writer.close().catch(() => {});
    const plain = new Uint8Array(size);
    const reader = stream.readable.getReader();
    let at = 0;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return at === size ? plain : undefined;
        if (at + value.length > size) {
          reader.cancel().catch(() => {});
          return undefined;
        }
        plain.set(value, at);
        at += value.length;
      }
    } catch {
      return undefined;
    }
  },

  random(size) {
    return globalThis.crypto.getRandomValues(new Uint8Array(size));
  },
};

function subtle(): SubtleCrypto {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) throw new Error('expected crypto.subtle, found none: the page must be served by https or from localhost');
  return subtle;
}

// The types of DOM ask for bytes that are not shared between threads.
function buffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
}
