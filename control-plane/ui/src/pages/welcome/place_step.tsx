import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '../../api/client';
import { placeProblems, Refusal } from '../../api/problem';
import { environmentsQuery, projectsQuery, type Place } from '../../api/queries';
import { Refusals } from './refusals';

/** Which document a refusal is about decides which field it belongs to. */
class AtStep extends Error {
  constructor(readonly what: 'project' | 'environment', readonly refusal: unknown) {
    super(what);
  }
}

function Existing({ onChosen }: { onChosen: (place: Place) => void }) {
  const projects = useQuery(projectsQuery);
  const [project, setProject] = useState('');
  const environments = useQuery({ ...environmentsQuery(project), enabled: project !== '' });
  if ((projects.data ?? []).length === 0) return null;
  return (
    <div className="two">
      <NativeSelect
        label="Existing project"
        value={project}
        onChange={(event) => setProject(event.currentTarget.value)}
        data={[{ value: '', label: 'Choose…' }, ...(projects.data ?? []).map(({ key }) => key)]}
      />
      <NativeSelect
        label="Its environment"
        value=""
        disabled={project === ''}
        onChange={(event) => onChosen({ project, environment: event.currentTarget.value })}
        data={[{ value: '', label: 'Choose…' }, ...(environments.data ?? []).map(({ key }) => key)]}
      />
    </div>
  );
}

export function PlaceStep({ given, onDone }: { given: string | undefined; onDone: (place: Place) => void }) {
  const queries = useQueryClient();
  const [project, setProject] = useState(given ?? 'my-project');
  const [environment, setEnvironment] = useState('production');
  const create = useMutation({
    mutationFn: async () => {
      const known = await queries.fetchQuery({ ...projectsQuery, staleTime: 0 });
      if (!known.some(({ key }) => key === project)) {
        await ok(api.POST('/api/v1/projects', { body: { key: project } })).catch((error: unknown) => {
          throw new AtStep('project', error);
        });
      }
      await ok(
        api.POST('/api/v1/projects/{project}/environments', { params: { path: { project } }, body: { key: environment } }),
      ).catch((error: unknown) => {
        // Made earlier, perhaps by a run of these steps that was interrupted.
        if (error instanceof Refusal && error.status === 409) return;
        throw new AtStep('environment', error);
      });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['projects'] });
      await queries.invalidateQueries({ queryKey: ['environments', project] });
      onDone({ project, environment });
    },
  });
  const refused = create.error instanceof AtStep ? placeProblems(create.error.refusal, { '/key': create.error.what })
    : create.isError ? placeProblems(create.error, {}) : undefined;
  return (
    <>
      <p className="dim">A project holds flags and metrics. An environment is one stream of what is live: what programs in production or in a test system get.</p>
      <Existing onChosen={onDone} />
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <div className="two">
          <TextInput label="Key of the project" value={project} onChange={(event) => setProject(event.currentTarget.value)} error={refused?.fields['project']} required />
          <TextInput label="Key of the environment" value={environment} onChange={(event) => setEnvironment(event.currentTarget.value)} error={refused?.fields['environment']} required />
        </div>
        <Refusals texts={refused?.others ?? []} />
        <div><Button type="submit" loading={create.isPending}>Create project and environment</Button></div>
      </form>
    </>
  );
}
