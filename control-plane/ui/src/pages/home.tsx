// "/": the flags of the first environment, or the first steps where there is none.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Navigate } from '@tanstack/react-router';
import { environmentsQuery, projectsQuery } from '../api/queries';
import { Answer } from '../parts/answer';
import { Frame } from '../shell/frame';
import { isProduction } from '../words/environment';

const route = getRouteApi('/');

function FirstEnvironment({ project }: { project: string }) {
  const environments = useQuery(environmentsQuery(project));
  return (
    <Answer query={environments}>
      {(list) => {
        const environment = (list.find(({ key }) => isProduction(key)) ?? list[0])?.key;
        if (environment === undefined) return <Navigate to="/welcome" search={{ project }} replace />;
        return <Navigate to="/p/$project/e/$environment/flags" params={{ project, environment }} replace />;
      }}
    </Answer>
  );
}

export function HomePage() {
  const { project } = route.useSearch();
  const projects = useQuery(projectsQuery);
  return (
    <Frame>
      <title>expt</title>
      <h1 className="hidden-text">expt</h1>
      <Answer query={projects}>
        {(list) => {
          const chosen = (list.find(({ key }) => key === project) ?? list[0])?.key;
          return chosen === undefined ? <Navigate to="/welcome" search={{}} replace /> : <FirstEnvironment project={chosen} />;
        }}
      </Answer>
    </Frame>
  );
}
