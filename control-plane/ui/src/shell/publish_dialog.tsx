// What a publish would make live, as a diff, with a comment; in production with a confirmation.
import { Button, Checkbox, Modal, Textarea } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '../api/client';
import type { Change, Changes } from '../api/documents';
import { placeProblems, refusalText } from '../api/problem';
import { changesQuery, type Place } from '../api/queries';
import { canUndo, forgetDefinitions, undo } from '../api/save';
import { Answer } from '../parts/answer';
import { Mark, type Tone } from '../parts/mark';
import { Notice } from '../parts/notice';
import { changeLines, changeTitle } from '../words/change';
import { isProduction } from '../words/environment';
import { timeText } from '../words/instant';
import { announce } from './announcer';
import { EnvironmentMark } from './places';

const changeTones: Record<string, Tone> = { created: 'good', updated: 'info', archived: 'bad' };

function ChangeCard({ change, onUndo, isBusy }: { change: Change; onUndo: (() => void) | undefined; isBusy: boolean }) {
  const lines = changeLines(change);
  return (
    <section className="change" aria-label={changeTitle(change)}>
      <header>
        <span className="row">
          <strong className="break">{changeTitle(change)}</strong>
          <Mark tone={changeTones[change.change] ?? 'calm'}>{change.change === 'created' ? 'new' : change.change}</Mark>
        </span>
        {onUndo && (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconArrowBackUp size={15} aria-hidden />}
            disabled={isBusy}
            onClick={onUndo}
            aria-label={`Undo: ${changeTitle(change)}`}
          >
            Undo
          </Button>
        )}
      </header>
      <p className="small dim" style={{ padding: '0.4rem 0.85rem 0' }}>Last changed {timeText(change.time)}</p>
      <dl>
        {lines.map(({ what, before, after }) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {before !== undefined && <span className="was"><span className="hidden-text">before: </span>{before}</span>}
              {after !== undefined && <span className="is"><span className="hidden-text">after: </span>{after}</span>}
            </dd>
          </div>
        ))}
        {lines.length === 0 && <div className="dim">Nothing that decisions depend on.</div>}
      </dl>
    </section>
  );
}

function Form({ place, changes, onClose }: { place: Place; changes: Changes; onClose: () => void }) {
  const queries = useQueryClient();
  const needsConfirmation = isProduction(place.environment);
  const [comment, setComment] = useState('');
  const [isConfirmed, setConfirmed] = useState(false);
  const publish = useMutation({
    mutationFn: () =>
      ok(
        api.POST('/api/v1/projects/{project}/environments/{environment}/publish', {
          params: { path: place },
          body: { comment: comment.trim() },
        }),
      ),
    onSuccess: async ({ version }) => {
      announce(`Published as version ${version}`);
      await forgetDefinitions(queries);
      onClose();
    },
  });
  const takeBack = useMutation({
    mutationFn: (change: Change) => undo(queries, place, change),
    onSuccess: () => announce('Undone'),
  });
  const isBusy = publish.isPending || takeBack.isPending;
  const refused = publish.isError ? placeProblems(publish.error, { '/comment': 'comment' }) : undefined;
  if (changes.changes.length === 0) {
    return (
      <div className="stack">
        <p>Everything that is saved is live.</p>
        <div className="row"><Button variant="default" onClick={onClose}>Close</Button></div>
      </div>
    );
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        publish.mutate();
      }}
    >
      <p className="row">
        <span>
          {changes.changes.length === 1 ? '1 change' : `${changes.changes.length} changes`} will be live in
        </span>
        <EnvironmentMark environment={place.environment} />
        <span className="dim">
          {changes.published_version === null ? '(nothing is live yet)' : `(live now: version ${changes.published_version})`}
        </span>
      </p>
      {changes.changes.map((change) => (
        <ChangeCard
          key={`${change.kind} ${change.key}`}
          change={change}
          isBusy={isBusy}
          onUndo={canUndo(change) ? () => takeBack.mutate(change) : undefined}
        />
      ))}
      {changes.problems.length > 0 && (
        <Notice tone="bad" title="This cannot be published yet">
          <ul>{changes.problems.map(({ pointer, text }) => <li key={pointer + text}><code>{pointer}</code> {text}</li>)}</ul>
        </Notice>
      )}
      <Textarea
        label="Comment"
        description="Why, in one line. It stands in the history."
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
        required={needsConfirmation}
        error={refused?.fields['comment']}
        autosize
        minRows={1}
        data-autofocus
      />
      {needsConfirmation && (
        <Checkbox
          label={<>I have read the changes; make them live for the users of <strong>{place.environment}</strong></>}
          checked={isConfirmed}
          onChange={(event) => setConfirmed(event.currentTarget.checked)}
        />
      )}
      {refused && refused.others.length > 0 && (
        <Notice tone="bad" isAlert title="Not published; what was live stays live">
          <ul>{refused.others.map((text) => <li key={text}>{text}</li>)}</ul>
        </Notice>
      )}
      {takeBack.isError && <Notice tone="bad" isAlert title="Not undone"><p>{refusalText(takeBack.error)}</p></Notice>}
      <div className="row">
        <Button
          type="submit"
          color={needsConfirmation ? 'production' : undefined}
          loading={publish.isPending}
          disabled={isBusy || changes.problems.length > 0 || (needsConfirmation && (!isConfirmed || comment.trim() === ''))}
        >
          Publish to {place.environment}
        </Button>
        <Button variant="default" onClick={onClose}>Not now</Button>
      </div>
    </form>
  );
}

function Body({ place, onClose }: { place: Place; onClose: () => void }) {
  const changes = useQuery({ ...changesQuery(place), staleTime: 0, refetchOnMount: 'always' });
  return (
    <Answer query={changes} lines={4}>
      {(data) => <Form place={place} changes={data} onClose={onClose} />}
    </Answer>
  );
}

export function PublishDialog({ place, onClose }: { place: Place | undefined; onClose: () => void }) {
  const isNarrow = useMediaQuery('(max-width: 600px)') ?? false;
  return (
    <Modal
      opened={place !== undefined}
      onClose={onClose}
      returnFocus={false}
      title={<h2>Review and publish</h2>}
      size="lg"
      fullScreen={isNarrow}
      closeButtonProps={{ 'aria-label': 'Close', size: 'md' }}
    >
      {place && <Body place={place} onClose={onClose} />}
    </Modal>
  );
}
