// The file that `expt fetch --bundle` writes:
//
//   "EXL1" | u32 part count | { u64 size, bytes } per part | u32 CRC-32C of everything before
//
// Little-endian. The parts are the snapshot, then the Roots; each is verified like any other. The checksum is not
// looked at: signatures say more.
import type { Bootstrap } from '@expt/core';

/** The parts of a bundle. Throws a TypeError where the bytes are none. */
export function openBundle(bytes: Uint8Array): Bootstrap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 4;
  const parts: Uint8Array[] = [];
  let at = 8;
  const isBundle = end >= at && view.getUint32(0) === 0x45584c31; // "EXL1"
  for (let left = isBundle ? view.getUint32(4, true) : 0; left > 0 && at + 8 <= end; left--) {
    const size = Number(view.getBigUint64(at, true));
    if (at + 8 + size > end) break;
    parts.push(bytes.slice(at + 8, at + 8 + size));
    at += 8 + size;
  }
  const [snapshot, ...roots] = parts;
  if (at !== end || snapshot === undefined || roots.length === 0) {
    throw new TypeError('bundle: expected the bytes of a bundle, found others');
  }
  return { snapshot, roots };
}
