import { Button, NativeSelect } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Revision } from '../../api/client';
import type { Flag, FlagConfiguration } from '../../api/documents';
import { placeProblems } from '../../api/problem';
import type { Place } from '../../api/queries';
import { saveConfiguration } from '../../api/save';
import { announce } from '../../shell/announcer';
import { openerOf, usePublishing } from '../../shell/publishing';
import { serveWords } from '../../words/rule';

const callers = '';
const split = 'split';

/** What is served when no rule decides. A split is shown; here it can be replaced by one variant. */
export function DefaultEditor({ place, flag, seen }: { place: Place; flag: Flag; seen: Revision<FlagConfiguration> }) {
  const queries = useQueryClient();
  const { review } = usePublishing();
  const opener = openerOf('default');
  const serve = seen.document.default_serve;
  const current = serve == null ? callers : 'variant' in serve ? `variant ${serve.variant}` : split;
  const [chosen, setChosen] = useState<string>();
  const save = useMutation({
    mutationFn: (choice: string) =>
      saveConfiguration(
        queries,
        place,
        flag.key,
        (document) => ({ ...document, default_serve: choice === callers ? null : { variant: choice.slice('variant '.length) } }),
        seen,
      ),
    onSuccess: () => {
      setChosen(undefined);
      announce('The default is saved, not live yet');
      review(place, opener.selector);
    },
  });
  const refused = save.isError ? placeProblems(save.error, { '/default_serve': 'serve' }) : undefined;
  if (chosen === undefined) {
    return (
      <div className="row apart">
        <p>Serve <strong>{serveWords(serve)}</strong>.</p>
        <Button size="compact-sm" variant="default" aria-label="Change the default" data-opener={opener.name} onClick={() => setChosen(current)}>
          Change
        </Button>
      </div>
    );
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(chosen);
      }}
    >
      <NativeSelect
        label="When no rule decides, serve"
        value={chosen}
        onChange={(event) => setChosen(event.currentTarget.value)}
        error={refused && [refused.fields['serve'], ...refused.others].filter(Boolean).join('; ')}
        data={[
          ...(current === split ? [{ value: split, label: serveWords(serve) }] : []),
          { value: callers, label: 'the caller’s default' },
          ...flag.variants.map(({ key }) => ({ value: `variant ${key}`, label: `variant ${key}` })),
        ]}
      />
      <div className="row">
        <Button type="submit" loading={save.isPending} disabled={chosen === current || chosen === split}>Save</Button>
        <Button variant="default" onClick={() => setChosen(undefined)}>Cancel</Button>
      </div>
    </form>
  );
}
