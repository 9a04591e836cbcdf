import { MantineProvider } from '@mantine/core';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { lazy, Suspense, useMemo, useState } from 'react';
import { Refusal } from './api/problem';
import type { Place } from './api/queries';
import { router } from './router';
import { Announcer } from './shell/announcer';
import { PublishingContext } from './shell/publishing';
import { cssVariables, theme } from './theme';

// Not needed for the first look at any page.
const PublishDialog = lazy(() => import('./shell/publish_dialog').then(({ PublishDialog: component }) => ({ default: component })));

// The server makes a fresh one for each page; style tags without it are not applied.
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
// For what keeps the page behind a dialogue from scrolling.
setNonce(nonce);

/** A session that has ended leads to /login, and from there back. */
function onRefusal(error: unknown): void {
  if (!(error instanceof Refusal) || error.status !== 401) return;
  const { pathname, searchStr } = router.state.location;
  if (pathname === '/login') return;
  void router.navigate({ to: '/login', search: pathname === '/' ? {} : { next: pathname + searchStr }, replace: true });
}

const queries = new QueryClient({
  queryCache: new QueryCache({ onError: onRefusal }),
  mutationCache: new MutationCache({ onError: onRefusal }),
  defaultOptions: {
    queries: {
      // "Offline" says nothing about a server on this machine or in this house: ask it, and tell what happens.
      networkMode: 'always',
      staleTime: 5_000,
      // What the server refuses it refuses again; what did not get there is tried once more.
      retry: (count, error) => count < 1 && !(error instanceof Refusal && error.status < 500),
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

export function App() {
  const [reviewed, setReviewed] = useState<Place>();
  const [opener, setOpener] = useState<string>();
  const publishing = useMemo(() => ({
    review: (place: Place, from: string) => {
      setOpener(from);
      setReviewed(place);
    },
  }), []);
  const close = () => {
    setReviewed(undefined);
    // Once the dialogue has let go of the focus.
    setTimeout(() => {
      const found = opener === undefined ? null : document.querySelector<HTMLElement>(opener);
      (found ?? document.getElementById('content'))?.focus();
    });
  };
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queries}>
        <PublishingContext value={publishing}>
          <RouterProvider router={router} />
          {opener !== undefined && <Suspense><PublishDialog place={reviewed} onClose={close} /></Suspense>}
        </PublishingContext>
        <Announcer />
      </QueryClientProvider>
    </MantineProvider>
  );
}
