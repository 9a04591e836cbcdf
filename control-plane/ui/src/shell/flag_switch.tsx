// The switch of one flag in one environment. It saves; the dialogue that makes it live opens by itself.
import { Switch } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { refusalText } from '../api/problem';
import type { Place } from '../api/queries';
import { saveConfiguration } from '../api/save';
import { announce } from './announcer';
import { openerOf, usePublishing } from './publishing';

interface Props {
  place: Place;
  flag: string;
  isOn: boolean;
  withWord?: boolean;
}

export function FlagSwitch({ place, flag, isOn, withWord = true }: Props) {
  const queries = useQueryClient();
  const { review } = usePublishing();
  const opener = openerOf('switch', place.environment, flag);
  const save = useMutation({
    mutationFn: (next: boolean) => saveConfiguration(queries, place, flag, (document) => ({ ...document, enabled: next })),
    onSuccess: (_, next) => {
      announce(`${flag} is saved as ${next ? 'on' : 'off'} in ${place.environment}, not live yet`);
      review(place, opener.selector);
    },
  });
  return (
    <Switch
      size="md"
      checked={save.isPending ? save.variables : isOn}
      // Not disabled while it saves: it would lose the focus.
      aria-busy={save.isPending}
      onChange={(event) => {
        if (!save.isPending) save.mutate(event.currentTarget.checked);
      }}
      data-opener={opener.name}
      aria-label={`${flag} in ${place.environment}`}
      label={withWord ? (isOn ? 'on' : 'off') : undefined}
      error={save.isError ? refusalText(save.error) : undefined}
    />
  );
}
