import { Button, NumberInput, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '../../api/client';
import type { Flag } from '../../api/documents';
import { placeProblems } from '../../api/problem';
import { experimentsQuery, metricsQuery, type Place } from '../../api/queries';
import { forgetDefinitions, saveConfiguration } from '../../api/save';
import { equalShares } from '../../words/share';
import { Refusals } from './refusals';

type Part = 'metric' | 'experiment' | 'configuration';

/** Which of the three documents was refused: each has its own places on the form. */
class AtPart extends Error {
  constructor(readonly part: Part, readonly refusal: unknown) {
    super(part);
  }
}

const placesOf: Record<Part, Record<string, string>> = {
  metric: { '/key': 'metric', '/numerator': 'event' },
  experiment: { '/key': 'experiment', '/planned_units': 'planned', '/metrics': 'metric' },
  configuration: {},
};

function at<T>(part: Part, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    throw new AtPart(part, error);
  });
}

interface Draft {
  experiment: string;
  metric: string;
  event: string;
  planned: number | string;
}

export function ExperimentStep({ place, flag, onDone }: { place: Place; flag: Flag; onDone: (experiment: string) => void }) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>({ experiment: flag.key, metric: 'purchase', event: 'purchase', planned: 10_000 });
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }));
  const control = flag.variants[0]!.key;
  const create = useMutation({
    // Each part is made only where it is not there yet, so that a second try goes on where the first one stopped.
    mutationFn: async () => {
      const { project } = place;
      const [metrics, experiments] = await Promise.all([
        queries.fetchQuery({ ...metricsQuery(project), staleTime: 0 }),
        queries.fetchQuery({ ...experimentsQuery(place), staleTime: 0 }),
      ]);
      if (!metrics.some(({ key }) => key === draft.metric)) {
        await at('metric', ok(api.POST('/api/v1/projects/{project}/metrics', {
          params: { path: { project } },
          body: { key: draft.metric, kind: 'proportion', numerator: { event: draft.event } },
        })));
      }
      if (!experiments.some(({ key, flag: of }) => key === draft.experiment && of === flag.key)) {
        const shares = equalShares(flag.variants.length);
        await at('experiment', ok(api.POST('/api/v1/projects/{project}/environments/{environment}/experiments', {
          params: { path: place },
          body: {
            key: draft.experiment,
            flag: flag.key,
            status: 'running',
            control,
            weights: Object.fromEntries(flag.variants.map(({ key }, i) => [key, shares[i]!])),
            planned_units: typeof draft.planned === 'number' ? draft.planned : null,
            metrics: [{ metric: draft.metric, role: 'success' }],
          },
        })));
      }
      const serve = { experiment: draft.experiment };
      await at('configuration', saveConfiguration(queries, place, flag.key, (now) => ({
        ...now,
        enabled: true,
        off_variant: now.off_variant ?? control,
        rules: [...(now.rules ?? []).filter((rule) => !('experiment' in rule.serve && rule.serve.experiment === serve.experiment)), { id: draft.experiment, serve }],
        default_serve: now.default_serve ?? { variant: control },
      })));
    },
    onSuccess: async () => {
      await forgetDefinitions(queries);
      onDone(draft.experiment);
    },
  });
  const refused = create.error instanceof AtPart ? placeProblems(create.error.refusal, placesOf[create.error.part])
    : create.isError ? placeProblems(create.error, {}) : undefined;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <p className="dim">
        Every user gets {flag.variants.map(({ key }) => key).join(' or ')} with equal chance, always the same one. The metric is the share
        of users with at least one event of the name below after they met the flag.
      </p>
      <div className="two">
        <TextInput label="Key of the experiment" value={draft.experiment} onChange={(event) => set({ experiment: event.currentTarget.value })} error={refused?.fields['experiment']} required />
        <NumberInput label="Planned number of users" description="Tightest results near this number." value={draft.planned} onChange={(planned) => set({ planned })} min={1} allowDecimal={false} thousandSeparator="," error={refused?.fields['planned']} />
        <TextInput label="Key of the metric" value={draft.metric} onChange={(event) => set({ metric: event.currentTarget.value })} error={refused?.fields['metric']} required />
        <TextInput label="Event that counts" description="The name that your program tracks." value={draft.event} onChange={(event) => set({ event: event.currentTarget.value })} error={refused?.fields['event']} required />
      </div>
      <Refusals texts={refused?.others ?? []} />
      <div><Button type="submit" loading={create.isPending}>Create experiment</Button></div>
    </form>
  );
}
