// Decisions for a pasted context by the engine that programs run, over what is live.
import { Button, NativeSelect, Textarea } from '@mantine/core';
import { IconPlayerPlay, IconRocket } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Refusal } from '../../api/problem';
import type { Place } from '../../api/queries';
import { Answer, Refused } from '../../parts/answer';
import { Empty } from '../../parts/empty';
import { Mark } from '../../parts/mark';
import { parseContext } from '../../playground/context';
import { snapshotQuery, type Explanation, type Snapshot } from '../../playground/engine';
import type { FlagExplanation } from '../../playground/explanation';
import { announce } from '../../shell/announcer';
import { PageTitle } from '../../shell/frame';
import { EnvironmentMark } from '../../shell/places';
import { countText } from '../../words/number';
import { timeText } from '../../words/instant';
import { DecisionView } from './decision_view';

const route = getRouteApi('/p/$project/e/$environment/playground');

const firstContext = '{\n  "targetingKey": "user-42",\n  "country": "CH"\n}';
const every = '';

interface Evaluated {
  explanations: Explanation[];
  version: number;
}

function Board({ snapshot, place }: { snapshot: Snapshot; place: Place }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [text, setText] = useState(firstContext);
  const [evaluated, setEvaluated] = useState<Evaluated>();
  const context = useMemo(() => parseContext(text), [text]);
  const [isAsked, setAsked] = useState(false);
  const flag = search.flag !== undefined && snapshot.flags.includes(search.flag) ? search.flag : every;
  const problem = 'problem' in context ? context.problem : undefined;
  const known = useMemo(
    () => [...new Set((flag === every ? snapshot.flags : [flag]).flatMap((key) => [...snapshot.requiredAttributes(key)]))].sort(),
    [snapshot, flag],
  );
  const evaluate = async () => {
    setAsked(true);
    if ('problem' in context) return;
    const keys = flag === every ? snapshot.flags : [flag];
    const explanations = await Promise.all(keys.map((key) => snapshot.explain(key, context.attributes)));
    setEvaluated({ explanations, version: snapshot.version });
    announce(keys.length === 1 ? '1 flag decided' : `${keys.length} flags decided`);
  };
  return (
    <>
      <form
        className="panel stack"
        onSubmit={(event) => {
          event.preventDefault();
          void evaluate();
        }}
      >
        <Textarea
          label="Context"
          description="JSON; nested objects become dotted names. It stays in this page."
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={isAsked ? problem : undefined}
          autosize
          minRows={6}
          maxRows={20}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '0.9rem' } }}
        />
        <div className="row top-aligned">
          <NativeSelect
            className="grow"
            label="Flag"
            value={flag}
            onChange={(event) => {
              const chosen = event.currentTarget.value || undefined;
              setEvaluated(undefined);
              void navigate({ search: (now) => ({ ...now, flag: chosen }), replace: true });
            }}
            data={[{ value: every, label: `All ${countText(snapshot.flags.length)} flags` }, ...snapshot.flags]}
          />
        </div>
        <div className="small dim row">
          {known.length === 0 ? 'No attribute is read.' : 'Attributes that may be read:'}
          {known.map((name) => <code key={name} className="break">{name === 'targeting_key' ? 'targetingKey' : name}</code>)}
        </div>
        <div className="row">
          <Button type="submit" leftSection={<IconPlayerPlay size={16} aria-hidden />}>Evaluate</Button>
          <span className="small dim">
            Live version {snapshot.version} of <EnvironmentMark environment={place.environment} />, issued {timeText(snapshot.issuedAtMs)}
          </span>
        </div>
      </form>
      {evaluated && (
        <section className="panel flush" aria-label="Decisions">
          {evaluated.explanations.map((explanation) => (
            <DecisionView
              key={(explanation.json as unknown as FlagExplanation).flag}
              explanation={explanation}
              isOpen={evaluated.explanations.length === 1}
            />
          ))}
        </section>
      )}
      {!evaluated && (
        <div className="panel">
          <Empty icon={<IconPlayerPlay size={36} aria-hidden />} title="Nothing evaluated yet">
            <p className="dim">The engine that your programs run decides here, in this page, and tells each step.</p>
          </Empty>
        </div>
      )}
    </>
  );
}

export function PlaygroundPage() {
  const place = route.useParams();
  const snapshot = useQuery(snapshotQuery(place));
  const isUnpublished = snapshot.error instanceof Refusal && snapshot.error.status === 404;
  return (
    <>
      <div className="head">
        <div className="row"><PageTitle of={place.environment}>Playground</PageTitle><Mark>same engine as in your programs</Mark></div>
      </div>
      {isUnpublished && snapshot.data === undefined ? (
        <div className="panel">
          <Empty icon={<IconRocket size={40} aria-hidden />} title="Nothing is live here yet">
            <p className="dim">The playground decides with what is published. Publish this environment first.</p>
            <Link to="/p/$project/e/$environment/flags" params={place}>Go to the flags</Link>
          </Empty>
        </div>
      ) : snapshot.isError && snapshot.data === undefined ? (
        <Refused error={snapshot.error} retry={() => void snapshot.refetch()} />
      ) : (
        <Answer query={snapshot}>{(live) => <Board key={live.digest} snapshot={live} place={place} />}</Answer>
      )}
    </>
  );
}
