// UUIDv7 in binary: 48 bits of time, the rest random.
import type { Host } from './host.js';

export function makeEventId(host: Host, nowMs: number): Uint8Array {
  const id = host.random(16);
  let ms = Math.max(0, Math.floor(nowMs));
  for (let i = 5; i >= 0; i--) {
    id[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  id[6] = 0x70 | (id[6]! & 0x0f);
  id[8] = 0x80 | (id[8]! & 0x3f);
  return id;
}
