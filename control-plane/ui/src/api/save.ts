// Changes of definitions.
import type { QueryClient } from '@tanstack/react-query';
import { api, revision, type Revision } from './client';
import type { Change, FlagConfiguration } from './documents';
import { configurationQuery, type Place } from './queries';

/** Everything that a changed definition may have changed on other pages. */
export async function forgetDefinitions(queries: QueryClient): Promise<void> {
  const kinds = ['flags', 'flag', 'configuration', 'configurations', 'experiments', 'experiment', 'changes', 'metrics', 'environments'];
  await Promise.all(kinds.map((kind) => queries.invalidateQueries({ queryKey: [kind] })));
}

function put(place: Place, key: string, etag: string, document: FlagConfiguration): Promise<Revision<FlagConfiguration>> {
  return revision(
    api.PUT('/api/v1/projects/{project}/environments/{environment}/flags/{key}', {
      params: { path: { ...place, key }, header: { 'If-Match': etag } },
      body: document,
    }),
  );
}

/**
 * Saves what `edit` makes of the revision that the reader saw, `seen`; of the newest where a list showed no revision.
 * Throws a Refusal with status 412 when somebody else was faster.
 */
export async function saveConfiguration(
  queries: QueryClient,
  place: Place,
  key: string,
  edit: (document: FlagConfiguration) => FlagConfiguration,
  seen?: Revision<FlagConfiguration>,
): Promise<void> {
  try {
    const from = seen ?? (await queries.fetchQuery({ ...configurationQuery(place, key), staleTime: 0 }));
    await put(place, key, from.etag, edit(from.document));
  } finally {
    await forgetDefinitions(queries);
  }
}

/** Whether undo() can take a change back. */
export function canUndo(change: Change): boolean {
  return change.kind === 'flag_configuration' && change.before !== null;
}

/** Puts back what is live. */
export async function undo(queries: QueryClient, place: Place, change: Change): Promise<void> {
  await saveConfiguration(queries, place, change.key, () => change.before as FlagConfiguration);
}
