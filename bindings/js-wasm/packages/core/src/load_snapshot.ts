// A downloaded snapshot, for tools: no client, no network, no events.
import { engine } from './default_engine.js';
import type { Engine } from './engine.js';
import { Root } from './root.js';
import { Snapshot, type Audience } from './snapshot.js';

export interface SnapshotFiles {
  /** A whole snapshot file, as GET /sdk/v1/snapshots/{digest} gives it. */
  snapshot: Uint8Array;
  /** The whole Root file that it is checked with. */
  root: Uint8Array;
  /** SHA-256 of the Root file; without it the Root is trusted as it is. */
  rootDigest?: Uint8Array;
  /** Refuse the snapshot of another environment (id) or audience. */
  environment?: string;
  audience?: Audience;
  /** Instead of the default one. */
  engine?: Engine;
}

/** Verifies, decodes and compiles. Rejects with a LoadError that names step and code. */
export async function loadSnapshot(files: SnapshotFiles): Promise<Snapshot> {
  const { snapshot, environment, audience } = files;
  const root = await Root.parse(files.engine ?? (await engine()), files.root, files.rootDigest);
  return Snapshot.parse(snapshot, {
    root, ...(environment !== undefined && { environment }), ...(audience !== undefined && { audience }),
  });
}
