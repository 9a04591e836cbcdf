// One flag in one environment: the order in which it decides, and its switch everywhere.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Flag } from '../api/documents';
import { changesQuery, configurationQuery, environmentsQuery, flagQuery, type Place } from '../api/queries';
import { Answer } from '../parts/answer';
import { Mark } from '../parts/mark';
import { FlagSwitch } from '../shell/flag_switch';
import { PageTitle } from '../shell/frame';
import { EnvironmentMark } from '../shell/places';
import { dayText } from '../words/instant';
import { EvaluationOrder } from './flag/order';

const route = getRouteApi('/p/$project/e/$environment/flags/$flag/rules');

function EnvironmentSwitch({ place, flag }: { place: Place; flag: string }) {
  const configuration = useQuery(configurationQuery(place, flag));
  return (
    <div className="row apart">
      <Link to="/p/$project/e/$environment/flags/$flag/rules" params={{ ...place, flag }} aria-label={`Rules in ${place.environment}`}>
        <EnvironmentMark environment={place.environment} />
      </Link>
      {configuration.data ? (
        <FlagSwitch place={place} flag={flag} isOn={configuration.data.document.enabled === true} />
      ) : (
        <span className="dim">{configuration.isError ? 'not known' : '…'}</span>
      )}
    </div>
  );
}

function Switches({ place, flag }: { place: Place; flag: string }) {
  const { data } = useQuery(environmentsQuery(place.project));
  const keys = data?.map(({ key }) => key) ?? [place.environment];
  return (
    <section className="panel stack" aria-labelledby="switches">
      <h2 id="switches">Switch per environment</h2>
      {keys.map((environment) => <EnvironmentSwitch key={environment} place={{ ...place, environment }} flag={flag} />)}
    </section>
  );
}

function Variants({ flag }: { flag: Flag }) {
  return (
    <section className="panel stack" aria-labelledby="variants">
      <h2 id="variants">Variants</h2>
      <dl className="facts">
        {flag.variants.map(({ key, value }) => (
          <div key={key} style={{ display: 'contents' }}>
            <dt className="break">{key}</dt>
            <dd><code>{JSON.stringify(value)}</code></dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function About({ flag }: { flag: Flag }) {
  return (
    <section className="panel stack" aria-labelledby="about">
      <h2 id="about">About</h2>
      <dl className="facts">
        <dt>Type</dt><dd>{flag.type}</dd>
        <dt>Owner</dt><dd>{flag.owner ?? 'nobody'}</dd>
        <dt>Visible to</dt><dd>{flag.visibility === 'client' ? 'servers, browsers and devices' : 'servers only'}</dd>
        <dt>Created</dt><dd>{dayText(flag.created)}</dd>
        <dt>Changed</dt><dd>{dayText(flag.updated)}</dd>
      </dl>
    </section>
  );
}

export function FlagRulesPage() {
  const { flag: key, ...place } = route.useParams();
  const flag = useQuery(flagQuery(place.project, key));
  const configuration = useQuery(configurationQuery(place, key));
  const { data: changes } = useQuery(changesQuery(place));
  const isPending = changes?.changes.some((change) => change.key === key && (change.kind === 'flag' || change.kind === 'flag_configuration'));
  return (
    <>
      <div className="small"><Link to="/p/$project/e/$environment/flags" params={place}>Flags</Link></div>
      <Answer query={flag}>
        {(definition) => (
          <>
            <div className="head">
              <div className="stack tight">
                <div className="row">
                  <PageTitle of={place.environment}>{definition.key}</PageTitle>
                  <EnvironmentMark environment={place.environment} />
                  {isPending === true && <Mark tone="warn">Not live yet</Mark>}
                </div>
                {definition.description !== undefined && definition.description !== '' && <p className="dim">{definition.description}</p>}
                {(definition.tags ?? []).length > 0 && <div className="row">{definition.tags?.map((tag) => <Mark key={tag}>{tag}</Mark>)}</div>}
              </div>
              <Link to="/p/$project/e/$environment/playground" params={place} search={{ flag: key }}>Try it in the playground</Link>
            </div>
            <div className="flag-columns">
              <section className="panel stack" aria-labelledby="order">
                <h2 id="order">Order of evaluation</h2>
                <p className="dim small">The first step that decides ends it.</p>
                <Answer query={configuration}>
                  {(seen) => <EvaluationOrder key={`${place.environment} ${seen.etag}`} place={place} flag={definition} seen={seen} />}
                </Answer>
              </section>
              <div className="stack">
                <Switches place={place} flag={key} />
                <Variants flag={definition} />
                <About flag={definition} />
              </div>
            </div>
          </>
        )}
      </Answer>
    </>
  );
}
