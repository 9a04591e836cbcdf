// Results of one experiment, refreshed while the page is open.
import { Button, SegmentedControl, Switch } from '@mantine/core';
import { IconFlask, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Experiment, Results } from '../api/documents';
import { Refusal } from '../api/problem';
import { experimentQuery, resultsQuery } from '../api/queries';
import { Answer, Refused, Waiting } from '../parts/answer';
import { Empty } from '../parts/empty';
import { Mark, type Tone } from '../parts/mark';
import { Notice } from '../parts/notice';
import { Bars } from '../results/bars';
import { advise, type Action } from '../results/decision';
import { HowComputed } from '../results/how_computed';
import { Numbers } from '../results/numbers';
import { SampleRatio, SampleRatioAlarm } from '../results/sample_ratio';
import { StatusMark } from '../results/status_mark';
import { announce } from '../shell/announcer';
import { PageTitle } from '../shell/frame';
import { EnvironmentMark } from '../shell/places';
import { timeText } from '../words/instant';
import { countText } from '../words/number';

const route = getRouteApi('/p/$project/e/$environment/experiments/$experiment/results');

const refreshMs = 4_000;

const tones: Record<Action, Tone> = {
  ship: 'good', roll_back: 'bad', review: 'warn', wait: 'info', no_difference: 'info', unhealthy: 'bad', no_data: 'calm',
};

function Shown({ results, experiment }: { results: Results; experiment: Experiment }) {
  const { view } = route.useSearch();
  const navigate = route.useNavigate();
  const advice = advise(results, experiment);
  const said = useRef(advice.title);
  useEffect(() => {
    if (said.current !== advice.title) announce(advice.title);
    said.current = advice.title;
  }, [advice.title]);
  const isEmpty = results.exposures.units === 0;
  return (
    <>
      {results.srm.alarm ? <SampleRatioAlarm results={results} /> : (
        <Notice tone={tones[advice.action]} title={<h2>{advice.title}</h2>}>
          <ul>{advice.because.map((text) => <li key={text}>{text}</li>)}</ul>
        </Notice>
      )}
      <section className="panel flush" aria-label="Results">
        <div className="row apart" style={{ padding: '0.8rem 1rem' }}>
          <span><strong className="number" data-units>{countText(results.exposures.units)}</strong> {results.exposures.units === 1 ? 'unit' : 'units'} in phase {results.phase}</span>
          <SegmentedControl
            aria-label="Show results as"
            value={view ?? 'bars'}
            onChange={(value) => void navigate({ search: value === 'numbers' ? { view: 'numbers' } : {}, replace: true })}
            data={[{ value: 'bars', label: 'Intervals' }, { value: 'numbers', label: 'All numbers' }]}
          />
        </div>
        {results.metrics.length === 0 ? (
          <Empty icon={<IconFlask size={36} aria-hidden />} title="No metrics"><p className="dim">This experiment compares nothing: it has no metrics.</p></Empty>
        ) : view === 'numbers' ? <Numbers results={results} /> : <Bars results={results} />}
      </section>
      <div className="two">
        {!isEmpty && <SampleRatio results={results} />}
        <HowComputed results={results} experiment={experiment} />
      </div>
    </>
  );
}

export function ResultsPage() {
  const { experiment: key, ...place } = route.useParams();
  const [isLive, setLive] = useState(true);
  const experiment = useQuery(experimentQuery(place, key));
  const results = useQuery({
    ...resultsQuery(place, key),
    refetchInterval: isLive ? refreshMs : false,
    enabled: experiment.data !== undefined && (experiment.data.phase ?? 0) > 0,
  });
  return (
    <>
      <div className="small"><Link to="/p/$project/e/$environment/experiments" params={place}>Experiments</Link></div>
      <Answer query={experiment}>
        {(definition) => (
          <>
            <div className="head">
              <div className="stack tight">
                <div className="row">
                  <PageTitle of={place.environment}>{definition.name === undefined || definition.name === '' ? definition.key : definition.name}</PageTitle>
                  <StatusMark status={definition.status} />
                  <EnvironmentMark environment={place.environment} />
                </div>
                {definition.hypothesis !== undefined && definition.hypothesis !== '' && <p className="dim">{definition.hypothesis}</p>}
                <p className="small">
                  <span className="dim">Experiment</span> {definition.key} <span className="dim">on flag</span>{' '}
                  <Link to="/p/$project/e/$environment/flags/$flag/rules" params={{ ...place, flag: definition.flag }}>{definition.flag}</Link>
                </p>
              </div>
              <div className="row">
                <span className="small dim">As of {timeText(results.data?.watermark)}</span>
                <Switch size="md" label="Live" checked={isLive} onChange={(event) => setLive(event.currentTarget.checked)} />
                <Button
                  size="compact-md"
                  variant="default"
                  leftSection={<IconRefresh size={16} aria-hidden />}
                  onClick={() => void results.refetch().then(({ isError }) => announce(isError ? 'Results could not be refreshed' : 'Results refreshed'))}
                >
                  Refresh
                </Button>
              </div>
            </div>
            {results.isError && results.data !== undefined && (
              <Notice tone="warn" title="These results could not be refreshed"><p>The numbers below are of {timeText(results.dataUpdatedAt)}.</p></Notice>
            )}
            {(definition.phase ?? 0) === 0 ? (
              <div className="panel">
                <Empty icon={<IconFlask size={40} aria-hidden />} title="Not started">
                  <p className="dim">This experiment is a draft. Results begin with its first phase.</p>
                  <Mark tone="info">draft</Mark>
                </Empty>
              </div>
            ) : results.data !== undefined ? <Shown results={results.data} experiment={definition} />
              : results.isError ? <Refused error={results.error} retry={results.error instanceof Refusal && results.error.status === 409 ? undefined : () => void results.refetch()} />
              : <Waiting lines={8} />}
          </>
        )}
      </Answer>
    </>
  );
}
