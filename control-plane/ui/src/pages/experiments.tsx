// All experiments of an environment.
import { NativeSelect, TextInput } from '@mantine/core';
import { IconFlask, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Experiment } from '../api/documents';
import { experimentsQuery, resultsQuery, type Place } from '../api/queries';
import { Answer } from '../parts/answer';
import { Empty } from '../parts/empty';
import { HealthMark } from '../results/health';
import { StatusMark } from '../results/status_mark';
import { PageTitle } from '../shell/frame';
import { daysBetween } from '../words/instant';
import { unitsText } from '../words/number';

const route = getRouteApi('/p/$project/e/$environment/experiments');

function Health({ place, experiment }: { place: Place; experiment: Experiment }) {
  const hasStarted = (experiment.phase ?? 0) > 0;
  const results = useQuery({ ...resultsQuery(place, experiment.key), enabled: hasStarted, staleTime: 60_000 });
  if (!hasStarted) return <span className="dim">not started</span>;
  if (results.data === undefined) return <span className="dim">{results.isError ? 'not known' : '…'}</span>;
  return (
    <span className="health">
      <HealthMark results={results.data} />
      <span className="small dim number">{unitsText(results.data.exposures.units)}</span>
    </span>
  );
}

function phaseText(experiment: Experiment): string {
  if ((experiment.phase ?? 0) === 0 || experiment.start == null) return 'not started';
  const days = daysBetween(experiment.start, experiment.end == null ? Date.now() : Date.parse(experiment.end));
  return `${experiment.phase} · ${days === 0 ? 'since today' : days === 1 ? '1 day' : `${days} days`}`;
}

function ExperimentRow({ experiment, place }: { experiment: Experiment; place: Place }) {
  return (
    <tr role="row">
      <td role="cell">
        <div className="main">
          <Link to="/p/$project/e/$environment/experiments/$experiment/results" params={{ ...place, experiment: experiment.key }}>
            {experiment.name === undefined || experiment.name === '' ? experiment.key : experiment.name}
          </Link>
        </div>
        <div className="small dim">{experiment.key}</div>
      </td>
      <td role="cell" data-label="Status"><StatusMark status={experiment.status} /></td>
      <td role="cell" data-label="Flag">
        <Link to="/p/$project/e/$environment/flags/$flag/rules" params={{ ...place, flag: experiment.flag }}>{experiment.flag}</Link>
      </td>
      <td role="cell" data-label="Metrics">
        <span className="small">{(experiment.metrics ?? []).map(({ metric }) => metric).join(', ') || <span className="dim">none</span>}</span>
      </td>
      <td role="cell" data-label="Phase" className="number">{phaseText(experiment)}</td>
      <td role="cell" data-label="Health"><Health place={place} experiment={experiment} /></td>
    </tr>
  );
}

function ExperimentList({ experiments, place }: { experiments: Experiment[]; place: Place }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const wanted = search.q?.toLowerCase() ?? '';
  const shown = experiments.filter(
    ({ key, name, flag, status }) =>
      [key, name ?? '', flag].some((text) => text.toLowerCase().includes(wanted)) &&
      (search.status === undefined || (status ?? 'draft') === search.status),
  );
  if (experiments.length === 0) {
    return (
      <div className="panel">
        <Empty icon={<IconFlask size={40} aria-hidden />} title="No experiments yet">
          <p className="dim">An experiment gives each unit one of a flag’s variants and compares metrics between them.</p>
          <Link to="/welcome" search={place}>Create the first experiment</Link>
        </Empty>
      </div>
    );
  }
  return (
    <>
      <div className="row" role="search">
        <TextInput
          className="grow"
          aria-label="Search experiments"
          placeholder="Search by name, key or flag"
          leftSection={<IconSearch size={17} aria-hidden />}
          value={search.q ?? ''}
          onChange={(event) => {
            const q = event.currentTarget.value || undefined;
            void navigate({ search: (now) => ({ ...now, q }), replace: true });
          }}
        />
        <NativeSelect
          aria-label="Status"
          value={search.status ?? ''}
          onChange={(event) => {
            const status = event.currentTarget.value || undefined;
            void navigate({ search: (now) => ({ ...now, status }), replace: true });
          }}
          data={[{ value: '', label: 'Every status' }, 'draft', 'review', 'running', 'paused', 'stopped', 'shipped']}
        />
      </div>
      <p className="small dim" role="status">
        {shown.length === experiments.length ? `${shown.length} experiments` : `${shown.length} of ${experiments.length} experiments`}
      </p>
      <div className="panel flush">
        {shown.length === 0 ? (
          <Empty icon={<IconSearch size={36} aria-hidden />} title="No experiment matches"><p className="dim">Change the search or the filter.</p></Empty>
        ) : (
          <table className="list" role="table" aria-label="Experiments">
            <thead role="rowgroup">
              <tr role="row">
                {['Experiment', 'Status', 'Flag', 'Metrics', 'Phase', 'Health'].map((name) => <th role="columnheader" key={name}>{name}</th>)}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {shown.map((experiment) => <ExperimentRow key={experiment.key} experiment={experiment} place={place} />)}
            </tbody>
          </table>
        )}
      </div>
    </>
  );
}

export function ExperimentsPage() {
  const place = route.useParams();
  const experiments = useQuery(experimentsQuery(place));
  return (
    <>
      <div className="head"><div><PageTitle of={place.environment}>Experiments</PageTitle></div></div>
      <Answer query={experiments}>{(list) => <ExperimentList experiments={list} place={place} />}</Answer>
    </>
  );
}
