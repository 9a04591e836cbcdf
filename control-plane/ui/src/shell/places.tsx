// The switchers of project and environment.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { environmentsQuery, projectsQuery, type Place } from '../api/queries';
import { Mark } from '../parts/mark';
import { isProduction } from '../words/environment';

export function EnvironmentMark({ environment }: { environment: string }) {
  return <Mark tone={isProduction(environment) ? 'production' : 'info'}>{environment}</Mark>;
}

export function Places({ project, environment }: Place) {
  const projects = useQuery(projectsQuery);
  const environments = useQuery(environmentsQuery(project));
  const navigate = useNavigate();
  const router = useRouter();
  // What is in the address is shown, too, while the lists are on their way, or when it is not in them.
  const projectKeys = [...new Set([project, ...(projects.data ?? []).map(({ key }) => key)])].sort();
  const environmentKeys = [...new Set([environment, ...(environments.data ?? []).map(({ key }) => key)])];
  return (
    <nav className="places" aria-label="Project and environment">
      <select
        className="place"
        aria-label="Project"
        value={project}
        onChange={(event) => void navigate({ to: '/', search: { project: event.currentTarget.value } })}
      >
        {projectKeys.map((key) => <option key={key}>{key}</option>)}
      </select>
      <span className="slash" aria-hidden>/</span>
      <select
        className={`place ${isProduction(environment) ? 'tone-production' : 'tone-info'}`}
        aria-label="Environment"
        value={environment}
        onChange={(event) => {
          // The same page there; without the filters and contexts of here.
          const [, , , , , ...page] = router.state.location.pathname.split('/');
          const from = `/p/${encodeURIComponent(project)}/e/${encodeURIComponent(event.currentTarget.value)}`;
          router.history.push(router.state.location.pathname.startsWith('/p/') ? [from, ...page].join('/') : `${from}/flags`);
        }}
      >
        {environmentKeys.map((key) => <option key={key}>{key}</option>)}
      </select>
    </nav>
  );
}
