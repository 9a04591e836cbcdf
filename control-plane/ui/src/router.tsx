// Every address of the UI. Project and environment stand in the path, filters in typed search parameters.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { FlagsPage } from './pages/flags';
import { HomePage } from './pages/home';
import { NotFoundPage } from './pages/not_found';
import { Waiting } from './parts/answer';
import { Frame } from './shell/frame';
import { Pending } from './shell/pending';

function text(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value); // as the parser read "?q=42"
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Only those of `names` that are there: what is left out does not appear in the address. */
function texts<Name extends string>(search: Record<string, unknown>, ...names: Name[]): { [K in Name]?: string } {
  const found: { [K in Name]?: string } = {};
  for (const name of names) {
    const value = text(search[name]);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (search) => texts(search, 'project'),
  component: HomePage,
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search) => {
    const { next } = texts(search, 'next');
    // Only back to our own pages.
    return next !== undefined && /^\/(?![/\\])/.test(next) ? { next } : {};
  },
  component: lazyRouteComponent(() => import('./pages/login'), 'LoginPage'),
});

const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  validateSearch: (search) => texts(search, 'project', 'environment', 'flag', 'experiment'),
  component: lazyRouteComponent(() => import('./pages/welcome/welcome'), 'WelcomePage'),
});

const apiReference = createRoute({
  getParentRoute: () => root,
  path: '/docs/api',
  component: lazyRouteComponent(() => import('./pages/api_reference'), 'ApiReferencePage'),
});

const environment = createRoute({
  getParentRoute: () => root,
  path: '/p/$project/e/$environment',
  component: function EnvironmentFrame() {
    const place = environment.useParams();
    return (
      <Frame place={place} notice={<Pending place={place} />}>
        <Outlet />
      </Frame>
    );
  },
});

const flags = createRoute({
  getParentRoute: () => environment,
  path: '/flags',
  validateSearch: (search) => texts(search, 'q', 'tag', 'type'),
  component: FlagsPage,
});

const flagRules = createRoute({
  getParentRoute: () => environment,
  path: '/flags/$flag/rules',
  component: lazyRouteComponent(() => import('./pages/flag_rules'), 'FlagRulesPage'),
});

const experiments = createRoute({
  getParentRoute: () => environment,
  path: '/experiments',
  validateSearch: (search) => texts(search, 'q', 'status'),
  component: lazyRouteComponent(() => import('./pages/experiments'), 'ExperimentsPage'),
});

const results = createRoute({
  getParentRoute: () => environment,
  path: '/experiments/$experiment/results',
  validateSearch: (search): { view?: 'numbers' } => (search['view'] === 'numbers' ? { view: 'numbers' } : {}),
  component: lazyRouteComponent(() => import('./pages/results'), 'ResultsPage'),
});

const playground = createRoute({
  getParentRoute: () => environment,
  path: '/playground',
  validateSearch: (search) => texts(search, 'flag'),
  component: lazyRouteComponent(() => import('./pages/playground/playground'), 'PlaygroundPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home, login, welcome, apiReference, environment.addChildren([flags, flagRules, experiments, results, playground]),
  ]),
  defaultPendingComponent: Waiting,
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
