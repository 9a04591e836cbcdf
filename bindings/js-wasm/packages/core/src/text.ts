// UTF-8, base64url and hexadecimal text.

/**
 * Writes `text` as UTF-8 into `bytes` from `at`, which must have room for three bytes per code unit.
 * Returns where it ended, or -1 for a lone surrogate.
 */
export function writeUtf8(bytes: Uint8Array, at: number, text: string): number {
  const size = text.length;
  for (let i = 0; i < size; i++) {
    let c = text.charCodeAt(i);
    if (c < 0x80) {
      bytes[at++] = c;
      continue;
    }
    if (c < 0x800) {
      bytes[at++] = 0xc0 | (c >> 6);
    } else {
      if (c >= 0xd800 && c < 0xe000) {
        const low = c < 0xdc00 && i + 1 < size ? text.charCodeAt(i + 1) : 0;
        if (low < 0xdc00 || low > 0xdfff) return -1;
        i++;
        c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
        bytes[at++] = 0xf0 | (c >> 18);
        bytes[at++] = 0x80 | ((c >> 12) & 0x3f);
      } else {
        bytes[at++] = 0xe0 | (c >> 12);
      }
      bytes[at++] = 0x80 | ((c >> 6) & 0x3f);
    }
    bytes[at++] = 0x80 | (c & 0x3f);
  }
  return at;
}

/** The UTF-8 of `text`, or undefined when it holds a lone surrogate. */
export function utf8(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length * 3);
  const end = writeUtf8(bytes, 0, text);
  return end < 0 ? undefined : bytes.slice(0, end);
}

/** How many bytes `text` takes, or -1 for a lone surrogate. */
export function utf8Size(text: string): number {
  return utf8(text)?.length ?? -1;
}

const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true });

export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}

export function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

/** Bytes of base64 or base64url text, or undefined when it is neither. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  } catch {
    return undefined;
  }
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
