// What a browser keeps for the next page, in IndexedDB: the last-known-good snapshot, and events that were not
// acknowledged when a page went away. Bytes stay bytes there, nothing blocks the page, and snapshots of several MiB fit;
// localStorage can do none of it.
import type { EncodedEvent, SavedState, Store } from '@expt/core';

const name = 'expt';
const states = 'states';
const outbox = 'outbox';

function request<T>(of: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    of.onsuccess = () => resolve(of.result);
    of.onerror = () => reject(of.error ?? new Error('the database refuses'));
  });
}

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  return (opened ??= (async () => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore(states);
      asked.result.createObjectStore(outbox);
    };
    const database = await request(asked);
    database.onclose = database.onversionchange = () => {
      database.close();
      opened = undefined;
    };
    return database;
  })().catch((error: unknown) => {
    opened = undefined;
    throw error;
  }));
}

async function within<T>(table: string, mode: IDBTransactionMode, use: (rows: IDBObjectStore) => Promise<T>): Promise<T> {
  const transaction = (await open()).transaction(table, mode);
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error('the database refuses'));
  });
  const [result] = await Promise.all([use(transaction.objectStore(table)), done]);
  return result;
}

/** One row per environment and audience, and the one before it. */
export class DatabaseStore implements Store {
  readonly #key: string;

  constructor(environment: string, audience: string) {
    this.#key = `${environment}/${audience}`;
  }

  load(): Promise<SavedState[]> {
    return within(states, 'readonly', async (rows) => {
      const found = await Promise.all(['', '/previous'].map((suffix) => request(rows.get(this.#key + suffix))));
      return found.filter((state) => state !== undefined) as SavedState[];
    });
  }

  save(state: SavedState): Promise<void> {
    return within(states, 'readwrite', async (rows) => {
      const last = (await request(rows.get(this.#key))) as SavedState | undefined;
      if (last !== undefined) await request(rows.put(last, `${this.#key}/previous`));
      await request(rows.put(state, this.#key));
    });
  }
}

/** Events of pages that went away; one row per page. */
export class Outbox {
  readonly #environment: string;
  readonly #page: string;

  constructor(environment: string, page: string) {
    this.#environment = environment;
    this.#page = `${environment}/${page}`;
  }

  /** Replaces what this page kept. */
  async keep(events: readonly EncodedEvent[]): Promise<void> {
    await within(outbox, 'readwrite', (rows) => {
      const asked = events.length === 0 ? rows.delete(this.#page) : rows.put(events, this.#page);
      // The page may be gone before it could hear of a success, and with it a transaction that waits to commit.
      rows.transaction.commit();
      return request(asked as IDBRequest<unknown>);
    });
  }

  /** What all pages kept, this one's too, and forgets it. */
  takeAll(): Promise<EncodedEvent[]> {
    return within(outbox, 'readwrite', async (rows) => {
      const range = IDBKeyRange.bound(`${this.#environment}/`, `${this.#environment}/\uffff`);
      const all = (await request(rows.getAll(range))) as EncodedEvent[][];
      await request(rows.delete(range));
      return all.flat();
    });
  }
}
