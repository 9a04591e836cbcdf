// The first steps: from an empty server to the first decision and the first event.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { changesQuery, experimentQuery, flagQuery, metricsQuery, type Place } from '../../api/queries';
import { Refused, Waiting } from '../../parts/answer';
import { Frame, PageTitle } from '../../shell/frame';
import { EnvironmentMark } from '../../shell/places';
import { openerOf, usePublishing } from '../../shell/publishing';
import { CheckStep, useFirstEvents } from './check_step';
import { ExperimentStep } from './experiment_step';
import { FlagStep } from './flag_step';
import { KeyStep } from './key_step';
import { PlaceStep } from './place_step';
import { StepPanel, type StepState } from './steps';

const route = getRouteApi('/welcome');
const nowhere = { project: '', environment: '' };

function PublishStep({ place }: { place: Place }) {
  const { review } = usePublishing();
  const opener = openerOf('welcome');
  return (
    <>
      <p className="dim">What is saved reaches programs with a publish: you see the changes first, then sign them off with a comment.</p>
      <div><Button data-opener={opener.name} onClick={() => review(place, opener.selector)}>Review and publish</Button></div>
    </>
  );
}

export function WelcomePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const place = search.project !== undefined && search.environment !== undefined
    ? { project: search.project, environment: search.environment } : undefined;
  const flag = useQuery({ ...flagQuery(place?.project ?? '', search.flag ?? ''), enabled: place !== undefined && search.flag !== undefined });
  const experiment = useQuery({ ...experimentQuery(place ?? nowhere, search.experiment ?? ''), enabled: place !== undefined && search.experiment !== undefined });
  const metrics = useQuery({ ...metricsQuery(place?.project ?? ''), enabled: place !== undefined });
  const changes = useQuery({ ...changesQuery(place ?? nowhere), enabled: place !== undefined });
  const metric = metrics.data?.find(({ key }) => key === experiment.data?.metrics?.[0]?.metric);

  const isPlaced = place !== undefined;
  const hasFlag = isPlaced && flag.data !== undefined;
  const hasExperiment = hasFlag && experiment.data !== undefined;
  const isPublished = hasExperiment && changes.data?.changes.length === 0 && changes.data.published_version !== null;
  const seen = useFirstEvents(place, isPublished);
  const isComplete = isPublished && seen.evaluations > 0 && seen.events > 0;
  const state = (isDone: boolean, isReached: boolean): StepState => (isDone ? 'done' : isReached ? 'now' : 'later');
  const go = (change: typeof search) => void navigate({ search: (now) => ({ ...now, ...change }) });
  const error = flag.error ?? experiment.error ?? metrics.error ?? changes.error;

  return (
    <Frame place={place}>
      <div className="narrow stack" style={{ width: '100%' }}>
        <div className="stack tight">
          <PageTitle>First steps</PageTitle>
          <p className="dim">A flag, an experiment on it, a few lines of code, and the first event: about five minutes.</p>
        </div>
        {error !== null && <Refused error={error} />}
        <ol className="steps">
          <StepPanel number={1} title="Project and environment" state={state(isPlaced, true)}>
            {isPlaced ? <p className="row"><strong>{place.project}</strong> <EnvironmentMark environment={place.environment} /></p>
              : <PlaceStep given={search.project} onDone={(chosen) => go(chosen)} />}
          </StepPanel>
          <StepPanel number={2} title="A flag" state={state(hasFlag, isPlaced)}>
            {place && (search.flag === undefined ? <FlagStep place={place} onDone={(key) => go({ flag: key })} />
              : flag.data === undefined ? !flag.isError && <Waiting lines={2} />
              : <p><Link to="/p/$project/e/$environment/flags/$flag/rules" params={{ ...place, flag: flag.data.key }}>{flag.data.key}</Link> <span className="dim">with {flag.data.variants.map(({ key }) => key).join(' and ')}</span></p>)}
          </StepPanel>
          <StepPanel number={3} title="An experiment on it" state={state(hasExperiment, hasFlag)}>
            {place && flag.data && (search.experiment === undefined
              ? <ExperimentStep place={place} flag={flag.data} onDone={(key) => go({ experiment: key })} />
              : experiment.data === undefined ? !experiment.isError && <Waiting lines={2} />
              : <p><Link to="/p/$project/e/$environment/experiments/$experiment/results" params={{ ...place, experiment: experiment.data.key }}>{experiment.data.key}</Link> <span className="dim">compares {(experiment.data.metrics ?? []).map(({ metric: key }) => key).join(', ')}</span></p>)}
          </StepPanel>
          <StepPanel number={4} title="Publish" state={state(isPublished, hasExperiment)}>
            {place && (isPublished ? <p>Version {changes.data?.published_version} is live.</p> : <PublishStep place={place} />)}
          </StepPanel>
          <StepPanel number={5} title="A key and a few lines of code" state={state(isComplete, isPublished)}>
            {place && flag.data && isPublished && <KeyStep place={place} flag={flag.data} event={metric?.numerator.event ?? 'purchase'} />}
          </StepPanel>
          <StepPanel number={6} title="First evaluation, first event" state={state(isComplete, isPublished)}>
            {place && experiment.data && isPublished && <CheckStep place={place} experiment={experiment.data.key} {...seen} />}
          </StepPanel>
        </ol>
      </div>
    </Frame>
  );
}
