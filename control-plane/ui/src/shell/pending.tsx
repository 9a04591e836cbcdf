import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { changesQuery, type Place } from '../api/queries';
import { openerOf, usePublishing } from './publishing';

/** "1 change is not live yet", on every page of the environment. */
export function Pending({ place }: { place: Place }) {
  const { data } = useQuery(changesQuery(place));
  const { review } = usePublishing();
  const opener = openerOf('pending');
  const count = data?.changes.length ?? 0;
  if (count === 0) return null;
  return (
    <section className="pending" aria-label="Changes that are not live">
      <p>{count === 1 ? '1 change is not live yet' : `${count} changes are not live yet`}</p>
      <Button size="compact-md" variant="default" data-opener={opener.name} onClick={() => review(place, opener.selector)}>
        Review and publish
      </Button>
    </section>
  );
}
