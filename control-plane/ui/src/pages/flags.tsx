// All flags of a project, with the switch of each in every environment.
import { NativeSelect, TextInput } from '@mantine/core';
import { IconFlag, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Flag } from '../api/documents';
import { changesQuery, environmentsQuery, flagsQuery, type Place } from '../api/queries';
import { configurationsQuery } from '../api/configurations';
import { Answer } from '../parts/answer';
import { Empty } from '../parts/empty';
import { Mark } from '../parts/mark';
import { FlagSwitch } from '../shell/flag_switch';
import { PageTitle } from '../shell/frame';
import { EnvironmentMark } from '../shell/places';
import { matchesFilter, type FlagFilter } from '../words/flag_filter';

const route = getRouteApi('/p/$project/e/$environment/flags');

// More would not fit; a flag's own page shows all.
const shownEnvironments = 3;

function SwitchCell({ place, flag }: { place: Place; flag: string }) {
  const { data, isError } = useQuery(configurationsQuery(place));
  if (data === undefined) return <span className="dim">{isError ? 'not known' : '…'}</span>;
  return <FlagSwitch place={place} flag={flag} isOn={data.get(flag)?.enabled === true} />;
}

function FlagRow({ flag, place, environments, isPending }: { flag: Flag; place: Place; environments: string[]; isPending: boolean }) {
  return (
    <tr role="row">
      <td role="cell">
        <div className="main row">
          <Link to="/p/$project/e/$environment/flags/$flag/rules" params={{ ...place, flag: flag.key }}>{flag.key}</Link>
          {isPending && <Mark tone="warn">Not live yet</Mark>}
        </div>
        {flag.description !== undefined && flag.description !== '' && <div className="small dim">{flag.description}</div>}
      </td>
      <td role="cell" data-label="Type">{flag.type}</td>
      <td role="cell" data-label="Tags">
        {(flag.tags ?? []).length > 0 ? (
          <span className="row" style={{ gap: 4 }}>{flag.tags?.map((tag) => <Mark key={tag}>{tag}</Mark>)}</span>
        ) : <span className="dim">none</span>}
      </td>
      <td role="cell" data-label="Owner">{flag.owner ?? <span className="dim">nobody</span>}</td>
      {environments.map((environment) => (
        <td role="cell" key={environment} data-label={environment}>
          <SwitchCell place={{ ...place, environment }} flag={flag.key} />
        </td>
      ))}
    </tr>
  );
}

function FlagList({ flags, place }: { flags: Flag[]; place: Place }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: environments } = useQuery(environmentsQuery(place.project));
  const { data: changes } = useQuery(changesQuery(place));
  const pending = new Set(changes?.changes.filter(({ kind }) => kind === 'flag' || kind === 'flag_configuration').map(({ key }) => key));
  const shown = flags.filter((flag) => matchesFilter(flag, search));
  const tags = [...new Set(flags.flatMap((flag) => flag.tags ?? []))].sort();
  const types = [...new Set(flags.map(({ type }) => type))].sort();
  const others = (environments ?? []).map(({ key }) => key).filter((key) => key !== place.environment);
  const columns = [place.environment, ...others].slice(0, shownEnvironments);
  const set = (change: FlagFilter) => void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  if (flags.length === 0) {
    return (
      <div className="panel">
        <Empty icon={<IconFlag size={40} aria-hidden />} title="No flags yet">
          <p className="dim">A flag is a named switch with typed variants. The first steps make one, and an experiment on it.</p>
          <Link to="/welcome" search={place}>Create the first flag</Link>
        </Empty>
      </div>
    );
  }
  return (
    <>
      <div className="row" role="search">
        <TextInput
          className="grow"
          aria-label="Search flags"
          placeholder="Search by key, description or owner"
          leftSection={<IconSearch size={17} aria-hidden />}
          value={search.q ?? ''}
          onChange={(event) => set({ q: event.currentTarget.value || undefined } as FlagFilter)}
        />
        {tags.length > 0 && (
          <NativeSelect
            aria-label="Tag"
            value={search.tag ?? ''}
            onChange={(event) => set({ tag: event.currentTarget.value || undefined } as FlagFilter)}
            data={[{ value: '', label: 'Every tag' }, ...tags]}
          />
        )}
        <NativeSelect
          aria-label="Type"
          value={search.type ?? ''}
          onChange={(event) => set({ type: event.currentTarget.value || undefined } as FlagFilter)}
          data={[{ value: '', label: 'Every type' }, ...types]}
        />
      </div>
      <p className="small dim" role="status">{shown.length === flags.length ? `${flags.length} flags` : `${shown.length} of ${flags.length} flags`}</p>
      <div className="panel flush">
        {shown.length === 0 ? (
          <Empty icon={<IconSearch size={36} aria-hidden />} title="No flag matches"><p className="dim">Change the search or the filters.</p></Empty>
        ) : (
          <table className="list" role="table" aria-label="Flags">
            <thead role="rowgroup">
              <tr role="row">
                <th role="columnheader">Flag</th>
                <th role="columnheader">Type</th>
                <th role="columnheader">Tags</th>
                <th role="columnheader">Owner</th>
                {columns.map((environment) => (
                  <th role="columnheader" key={environment}><EnvironmentMark environment={environment} /></th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {shown.map((flag) => (
                <FlagRow key={flag.key} flag={flag} place={place} environments={columns} isPending={pending.has(flag.key)} />
              ))}
            </tbody>
          </table>
        )}
      </div>
    </>
  );
}

export function FlagsPage() {
  const place = route.useParams();
  const flags = useQuery(flagsQuery(place.project));
  return (
    <>
      <div className="head"><div><PageTitle of={place.project}>Flags</PageTitle></div></div>
      <Answer query={flags}>{(list) => <FlagList flags={list} place={place} />}</Answer>
    </>
  );
}
