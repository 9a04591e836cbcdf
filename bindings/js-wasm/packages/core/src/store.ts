// Where a client keeps what it must know again after a restart.

export interface SavedState {
  environment: string;
  audience: 'server' | 'client';
  /** Whole files; the first is the pinned one. */
  roots: Uint8Array[];
  snapshot?: Uint8Array | undefined;
  /** Whole file; absent before the first. */
  head?: Uint8Array | undefined;
  floor: { epoch: number; version: number; digest: string };
  headFloor: { epoch: number; headNumber: number; digest: string };
}

/** May fail: a client goes on in memory and says so in its status. */
export interface Store {
  /** Newest first; where the first turns out to be bad, the next one is tried. */
  load(): Promise<SavedState[]>;
  save(state: SavedState): Promise<void>;
}
