// Clients for servers: the context comes with each call.
//
//   const client = createClient({ url: 'https://flags.example.com', key: process.env.EXPT_KEY });
//   await client.ready(2000);
//   if (client.enabled('new-checkout', { targetingKey: 'user-42', country: 'CH' })) showNewCheckout();
//   await client.close();
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  checkOptions, CoreClient, engine, FixedClient, loadSnapshot, type Attributes, type Bootstrap, type CommonOptions,
  type Context, type Decision, type Explanation, type FlagValue, type Snapshot,
  type StickyOption,
} from '@expt/core';
import { openBundle } from './bundle.js';
import { FileStore } from './file_store.js';

export interface ClientOptions extends CommonOptions {
  /** Directory for the last-known-good snapshot, made when it is missing. Absent: everything stays in memory. */
  dataDirectory?: string;
  /** Files to start with when nothing else is there yet; they are verified like any other. */
  bootstrap?: Bootstrap;
  /** The same as the bytes of a file that `expt fetch --bundle` wrote. */
  bundle?: Uint8Array;
}

/** Decides locally, keeps the snapshot fresh, reports exposures and metric events. Share one per process. */
export class Client extends CoreClient {}

/** Checks the options and starts to load; never waits for the network. Throws a TypeError that names a wrong option. */
export function createClient(options: ClientOptions): Client {
  const { dataDirectory, bundle, signal } = options;
  const bootstrap = bundle === undefined ? options.bootstrap : openBundle(bundle);
  if (dataDirectory !== undefined && (typeof dataDirectory !== 'string' || dataDirectory === '')) {
    throw new TypeError('dataDirectory: expected the path of a folder');
  }
  const store = options.store ?? (dataDirectory === undefined ? undefined : new FileStore(dataDirectory));
  const settings = checkOptions({ ...options, ...(store && { store }) }, 'node', new Uint8Array(randomBytes(16)));
  return new Client(settings, engine, bootstrap, signal);
}

/** Decides with one snapshot; reports nothing and keeps what is tracked. */
export class FileClient extends FixedClient {
  readonly #snapshot: Snapshot;
  override readonly environment: string;

  constructor(snapshot: Snapshot) {
    super({});
    this.#snapshot = snapshot;
    this.environment = snapshot.environment;
  }

  override variant(flag: string, context: Context | Attributes | undefined, fallback: string, options?: StickyOption): string {
    return this.#snapshot.variant(flag, context ?? {}, fallback, options);
  }
  override decision<T extends FlagValue | undefined = undefined>(
    flag: string, context?: Context | Attributes, fallback?: T, options?: StickyOption,
  ): Decision<FlagValue | T> {
    return this.#snapshot.decision(flag, context ?? {}, fallback, options);
  }
  override explain(flag: string, context?: Context | Attributes, options?: StickyOption): Promise<Explanation> {
    return this.#snapshot.explain(flag, context ?? {}, options);
  }
  override all(context?: Context | Attributes, options?: StickyOption): Map<string, Decision<FlagValue | undefined>> {
    return this.#snapshot.all(context ?? {}, options);
  }
  override pin(): Snapshot {
    return this.#snapshot;
  }
}

/** Without any server: for tests, tools and machines without a network. Rejects with a LoadError, or the system's. */
export async function clientFromFile(
  files: { snapshot: string; root: string; environment?: string },
): Promise<FileClient> {
  const [snapshot, root] = await Promise.all([readFile(files.snapshot), readFile(files.root)]);
  const environment = files.environment;
  return new FileClient(await loadSnapshot({ snapshot, root, ...(environment !== undefined && { environment }) }));
}
