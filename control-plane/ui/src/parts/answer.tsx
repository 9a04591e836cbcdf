import { Button, Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Refusal, refusalText } from '../api/problem';
import { Notice } from './notice';

/** A page's data: waiting, refused, or there. A refusal after it has been there leaves it on screen. */
export function Answer<T>({ query, children, lines = 5 }: { query: UseQueryResult<T>; children: (data: T) => ReactNode; lines?: number }) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Refused error={query.error} retry={() => void query.refetch()} />;
  return <Waiting lines={lines} />;
}

export function Waiting({ lines = 5 }: { lines?: number }) {
  return (
    <div className="panel stack" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        <Skeleton key={i} height={18} width={`${90 - ((i * 17) % 40)}%`} />
      ))}
    </div>
  );
}

export function Refused({ error, retry }: { error: unknown; retry?: () => void }) {
  const isMissing = error instanceof Refusal && error.status === 404;
  return (
    <Notice
      tone="bad"
      isAlert
      title={isMissing ? 'Not found' : 'This could not be loaded'}
      action={retry && !isMissing && <Button size="compact-sm" variant="default" onClick={retry}>Try again</Button>}
    >
      <p>{refusalText(error)}</p>
      {error instanceof Refusal && error.problem.request_id !== undefined && (
        <p className="small dim">Request {error.problem.request_id}</p>
      )}
    </Notice>
  );
}
