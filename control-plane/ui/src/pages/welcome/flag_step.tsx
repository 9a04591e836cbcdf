import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '../../api/client';
import type { Flag } from '../../api/documents';
import { placeProblems } from '../../api/problem';
import { flagsQuery, type Place } from '../../api/queries';
import { forgetDefinitions } from '../../api/save';
import { Refusals } from './refusals';

interface Draft {
  key: string;
  type: 'boolean' | 'string';
  first: string;
  second: string;
  isClient: boolean;
}

function flagOf({ key, type, first, second, isClient }: Draft): Flag {
  return {
    key,
    type,
    visibility: isClient ? 'client' : 'server',
    variants: type === 'boolean' ? [{ key: first, value: false }, { key: second, value: true }]
      : [{ key: first, value: first }, { key: second, value: second }],
  };
}

export function FlagStep({ place, onDone }: { place: Place; onDone: (flag: string) => void }) {
  const queries = useQueryClient();
  const existing = useQuery(flagsQuery(place.project));
  const usable = (existing.data ?? []).filter(({ variants }) => variants.length >= 2);
  const [draft, setDraft] = useState<Draft>({ key: 'checkout-test', type: 'string', first: 'control', second: 'treatment', isClient: true });
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }));
  const create = useMutation({
    mutationFn: () => ok(api.POST('/api/v1/projects/{project}/flags', { params: { path: { project: place.project } }, body: flagOf(draft) })),
    onSuccess: async () => {
      await forgetDefinitions(queries);
      onDone(draft.key);
    },
  });
  const refused = create.isError
    ? placeProblems(create.error, { '/key': 'key', '/variants/0': 'first', '/variants/1': 'second', '/type': 'type' })
    : undefined;
  return (
    <>
      <p className="dim">A flag has variants; your program asks which one a user gets.</p>
      {usable.length > 0 && (
        <NativeSelect
          label="Use an existing flag"
          value=""
          onChange={(event) => onDone(event.currentTarget.value)}
          data={[{ value: '', label: 'No, create one below' }, ...usable.map(({ key }) => key)]}
        />
      )}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <div className="two">
          <TextInput label="Key of the flag" description="As your program will write it." value={draft.key} onChange={(event) => set({ key: event.currentTarget.value })} error={refused?.fields['key']} required />
          <NativeSelect
            label="Type"
            description="What its variants hold."
            value={draft.type}
            onChange={(event) => {
              const type = event.currentTarget.value as Draft['type'];
              set(type === 'boolean' ? { type, first: 'off', second: 'on' } : { type, first: 'control', second: 'treatment' });
            }}
            data={[{ value: 'string', label: 'string: a text per variant' }, { value: 'boolean', label: 'boolean: off or on' }]}
            error={refused?.fields['type']}
          />
          <TextInput label="First variant" description="As it is today: the control." value={draft.first} onChange={(event) => set({ first: event.currentTarget.value })} error={refused?.fields['first']} required />
          <TextInput label="Second variant" description="What you want to try." value={draft.second} onChange={(event) => set({ second: event.currentTarget.value })} error={refused?.fields['second']} required />
        </div>
        <Checkbox label="Browsers and devices may read this flag, not only servers" checked={draft.isClient} onChange={(event) => set({ isClient: event.currentTarget.checked })} />
        <Refusals texts={refused?.others ?? []} />
        <div><Button type="submit" loading={create.isPending}>Create flag</Button></div>
      </form>
    </>
  );
}
