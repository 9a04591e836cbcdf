// The production engine, compiled to WASM, over the live snapshot of an environment.
import { Engine, Root, Snapshot, webHost, type Explanation } from '@expt/core';
import wasm from '@expt/core/expt_explain.wasm?url';
import regexWasm from '@expt/core/expt_regex.wasm?url';
import { queryOptions } from '@tanstack/react-query';
import { api, ok } from '../api/client';
import type { Place } from '../api/queries';

let engine: Promise<Engine> | undefined;

/** Once for the page; tried again after a failure. */
function loadEngine(): Promise<Engine> {
  const loading = engine ?? Engine.load(wasm, webHost, undefined, regexWasm);
  engine = loading;
  loading.catch(() => (engine = undefined));
  return loading;
}

async function bytes(answer: Promise<{ data?: unknown; error?: unknown; response: Response }>): Promise<Uint8Array> {
  return new Uint8Array((await ok(answer)) as ArrayBuffer);
}

/** The live snapshot for servers, verified against the Root that this server names. */
export const snapshotQuery = (place: Place) =>
  queryOptions({
    queryKey: ['snapshot', place.project, place.environment],
    queryFn: async () => {
      const path = { path: place };
      const [loaded, root, snapshot] = await Promise.all([
        loadEngine(),
        bytes(api.GET('/api/v1/projects/{project}/environments/{environment}/root', { params: path, parseAs: 'arrayBuffer' })),
        bytes(
          api.GET('/api/v1/projects/{project}/environments/{environment}/snapshot', {
            params: { ...path, query: { audience: 'server' } },
            parseAs: 'arrayBuffer',
          }),
        ),
      ]);
      return Snapshot.parse(snapshot, { root: await Root.parse(loaded, root) });
    },
    staleTime: 0,
    gcTime: 0,
  });

export type { Explanation, Snapshot };
