// Heads: the short-lived pointer to the current snapshot.
import type { Audience } from './snapshot.js';
import type { Root } from './root.js';
import { PayloadType, withVerified } from './verification.js';

export interface SnapshotRef {
  readonly version: number;
  /** SHA-256 of the payload as stored, in hexadecimal. */
  readonly digest: string;
  readonly sizeBytes: number;
}

export interface Head {
  readonly rootVersion: number;
  readonly epoch: number;
  readonly headNumber: number;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  readonly stable: SnapshotRef;
  readonly candidate?: SnapshotRef;
  readonly candidatePpm: number;
  readonly emergencyOff: readonly string[];
  readonly pollIntervalMs: number;
  readonly fetchJitterMs: number;
  /** Of the payload as stored: the next floor's. */
  readonly digest: string;
}

export interface HeadFloor {
  epoch: number;
  headNumber: number;
  digest?: Uint8Array | undefined;
}

export interface HeadTrust {
  root: Root;
  environment: string;
  audience: Audience;
  floor?: HeadFloor | undefined;
  /** Milliseconds since 1970; decides HEAD_EXPIRED only. */
  nowMs: number;
}

type RefParts = [version: number, digest: string, sizeBytes: number];

function refOf([version, digest, sizeBytes]: RefParts): SnapshotRef {
  return { version, digest, sizeBytes };
}

/** Verifies a Head file. Rejects with a LoadError. A Head equal to the floor is accepted. */
export async function openHead(bytes: Uint8Array, trust: HeadTrust): Promise<Head> {
  const { root, environment, floor } = trust;
  const instance = await root.engine.scratch();
  return root.within(instance, (rootAt) =>
    withVerified(root.engine, instance, bytes, { type: PayloadType.head, root: rootAt, environment }, (verification) => {
      const opened = instance.withBytes(floor?.digest, (digest) =>
        instance.exports.expt_head_open(
          verification, rootAt, trust.audience === 'server' ? 1 : 2, floor?.epoch ?? 0, floor?.headNumber ?? 0, digest,
          trust.nowMs,
        ),
      );
      if (opened === 0) throw instance.error();
      const { stable, candidate, ...rest } = instance.answer(
        'rootVersion epoch headNumber issuedAtMs expiresAtMs candidatePpm pollIntervalMs fetchJitterMs emergencyOff digest ' +
          'stable candidate',
      ) as Omit<Head, 'stable' | 'candidate'> & { stable: RefParts; candidate: RefParts | [] };
      return { ...rest, stable: refOf(stable), ...(candidate.length !== 0 && { candidate: refOf(candidate) }) };
    }),
  );
}
