// Subscriptions.

export interface ClientEvents {
  /** A first snapshot is installed. */
  ready: { version: number };
  /** Another snapshot, overlay or context decides now; `flags` are those that may answer differently. */
  change: { version: number; flags: readonly string[] };
  /** Loading or sending failed. It will be tried again. */
  error: { error: Error };
}

/** Takes the subscription back. */
export type Unsubscribe = () => void;

export class Emitter {
  readonly #listeners = new Map<keyof ClientEvents, Set<(event: never) => void>>();

  on<K extends keyof ClientEvents>(name: K, listener: (event: ClientEvents[K]) => void): Unsubscribe {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    const own = (event: ClientEvents[K]): void => listener(event);
    set.add(own);
    return () => set.delete(own);
  }

  emit<K extends keyof ClientEvents>(name: K, event: ClientEvents[K]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])] as ((event: ClientEvents[K]) => void)[]) {
      try {
        listener(event);
      } catch {
        // A listener's own affair.
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
