import { Loader } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { Accounting } from '../../api/documents';
import { refusalText } from '../../api/problem';
import { accountingQuery, type Place } from '../../api/queries';
import { announce } from '../../shell/announcer';
import { countText } from '../../words/number';

const pollMs = 2_000;

/** How many events of `kinds` were stored. */
export function storedOf(accounting: Accounting | undefined, kinds: readonly string[]): number {
  return (accounting?.received ?? [])
    .filter(({ kind, outcome }) => kinds.includes(kind) && outcome.startsWith('stored'))
    .reduce((sum, { count }) => sum + count, 0);
}

function Check({ name, count, what }: { name: string; count: number; what: string }) {
  const isSeen = count > 0;
  const wasSeen = useRef(isSeen);
  useEffect(() => {
    if (isSeen && !wasSeen.current) announce(`${name} has arrived`);
    wasSeen.current = isSeen;
  }, [isSeen, name]);
  return (
    <div className={`notice ${isSeen ? 'tone-good' : 'tone-calm'}`} data-check={name} data-seen={isSeen}>
      {isSeen ? <IconCircleCheck size={22} aria-hidden /> : <Loader size={20} color="currentColor" aria-hidden />}
      <div className="body">
        <div className="title">{isSeen ? `${name}: arrived` : `${name}: waiting`}</div>
        <p className="small">{isSeen ? `${countText(count)} ${what} so far` : `Run the snippet; this turns green by itself.`}</p>
      </div>
    </div>
  );
}

export function useFirstEvents(place: Place | undefined, isPolled: boolean) {
  const query = useQuery({
    ...accountingQuery(place ?? { project: '', environment: '' }),
    enabled: place !== undefined && isPolled,
    refetchInterval: pollMs,
  });
  return {
    evaluations: storedOf(query.data, ['summary', 'exposure']),
    events: storedOf(query.data, ['metric']),
    error: query.error,
  };
}

export function CheckStep({ place, experiment, evaluations, events, error }: { place: Place; experiment: string } & ReturnType<typeof useFirstEvents>) {
  return (
    <>
      <div className="two">
        <Check name="First evaluation" count={evaluations} what="records of evaluations" />
        <Check name="First event" count={events} what="metric events" />
      </div>
      {error !== null && <p className="small dim">{refusalText(error)}</p>}
      {evaluations > 0 && events > 0 && (
        <p>
          All of it works.{' '}
          <Link to="/p/$project/e/$environment/experiments/$experiment/results" params={{ ...place, experiment }}>See the results</Link>
        </p>
      )}
    </>
  );
}
