// What pages read: one entry per question, so that every page that asks it shares the answer.
import { queryOptions } from '@tanstack/react-query';
import { api, every, ok, revision } from './client';

export interface Place {
  project: string;
  environment: string;
}

const limit = 1000;

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => ok(api.GET('/api/v1/session')),
  retry: false,
  staleTime: 60_000,
});

export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: () => every((cursor) => ok(api.GET('/api/v1/projects', { params: { query: { limit, cursor } } }))),
  staleTime: 30_000,
});

export const environmentsQuery = (project: string) =>
  queryOptions({
    queryKey: ['environments', project],
    queryFn: () =>
      every((cursor) =>
        ok(api.GET('/api/v1/projects/{project}/environments', { params: { path: { project }, query: { limit, cursor } } })),
      ),
    staleTime: 30_000,
  });

export const flagsQuery = (project: string) =>
  queryOptions({
    queryKey: ['flags', project],
    queryFn: () =>
      every((cursor) =>
        ok(api.GET('/api/v1/projects/{project}/flags', { params: { path: { project }, query: { limit, cursor } } })),
      ),
  });

export const flagQuery = (project: string, key: string) =>
  queryOptions({
    queryKey: ['flag', project, key],
    queryFn: () => ok(api.GET('/api/v1/projects/{project}/flags/{key}', { params: { path: { project, key } } })),
  });

export const configurationQuery = ({ project, environment }: Place, key: string) =>
  queryOptions({
    queryKey: ['configuration', project, environment, key],
    queryFn: () =>
      revision(
        api.GET('/api/v1/projects/{project}/environments/{environment}/flags/{key}', {
          params: { path: { project, environment, key } },
        }),
      ),
  });

export const metricsQuery = (project: string) =>
  queryOptions({
    queryKey: ['metrics', project],
    queryFn: () =>
      every((cursor) =>
        ok(api.GET('/api/v1/projects/{project}/metrics', { params: { path: { project }, query: { limit, cursor } } })),
      ),
  });

export const experimentsQuery = ({ project, environment }: Place) =>
  queryOptions({
    queryKey: ['experiments', project, environment],
    queryFn: () =>
      every((cursor) =>
        ok(
          api.GET('/api/v1/projects/{project}/environments/{environment}/experiments', {
            params: { path: { project, environment }, query: { limit, cursor } },
          }),
        ),
      ),
  });

export const experimentQuery = ({ project, environment }: Place, key: string) =>
  queryOptions({
    queryKey: ['experiment', project, environment, key],
    queryFn: () =>
      ok(
        api.GET('/api/v1/projects/{project}/environments/{environment}/experiments/{key}', {
          params: { path: { project, environment, key } },
        }),
      ),
  });

export const resultsQuery = ({ project, environment }: Place, key: string) =>
  queryOptions({
    queryKey: ['results', project, environment, key],
    queryFn: () =>
      ok(
        api.GET('/api/v1/projects/{project}/environments/{environment}/results/{key}', {
          params: { path: { project, environment, key } },
        }),
      ),
  });

/** What a publish now would make live. */
export const changesQuery = ({ project, environment }: Place) =>
  queryOptions({
    queryKey: ['changes', project, environment],
    queryFn: () =>
      ok(
        api.GET('/api/v1/projects/{project}/environments/{environment}/changes', {
          params: { path: { project, environment } },
        }),
      ),
  });

export const accountingQuery = ({ project, environment }: Place) =>
  queryOptions({
    queryKey: ['accounting', project, environment],
    queryFn: () =>
      ok(
        api.GET('/api/v1/projects/{project}/environments/{environment}/events/accounting', {
          params: { path: { project, environment } },
        }),
      ),
  });
