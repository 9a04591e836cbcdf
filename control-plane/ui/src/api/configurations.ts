// What every flag of a project serves in one environment.
import { queryOptions } from '@tanstack/react-query';
import { api, every, ok } from './client';
import type { Place } from './queries';

const limit = 1000;

/** By flag key. A flag that was never configured there is not in it. */
export const configurationsQuery = ({ project, environment }: Place) =>
  queryOptions({
    queryKey: ['configurations', project, environment],
    queryFn: async () => {
      const found = await every((cursor) =>
        ok(
          api.GET('/api/v1/projects/{project}/environments/{environment}/flags', {
            params: { path: { project, environment }, query: { limit, cursor } },
          }),
        ),
      );
      return new Map(found.map((configuration) => [configuration.flag ?? '', configuration]));
    },
  });
