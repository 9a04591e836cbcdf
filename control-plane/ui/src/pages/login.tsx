// Sign in with an API token, or the first time with the setup token that exptd prints.
import { Button, PasswordInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { api, ok } from '../api/client';
import { placeProblems } from '../api/problem';
import icon from '../icon.svg';
import { Copy } from '../parts/copy';
import { Notice } from '../parts/notice';

const route = getRouteApi('/login');

/** The token of a link like /login#token=…, which is removed from the address at once. */
function takeToken(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
  if (token !== undefined) history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}

export function LoginPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const queries = useQueryClient();
  const [token, setToken] = useState('');
  const [newToken, setNewToken] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const isTaken = useRef(false);

  const goOn = () => {
    queries.clear();
    router.history.replace(next ?? '/');
  };
  const signIn = async (given: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      if (!given.startsWith('setup_')) {
        await ok(api.POST('/api/v1/session', { body: { token: given } }));
        goOn();
        return;
      }
      const { api_token } = await ok(api.POST('/api/v1/setup', { body: { token: given } }));
      await ok(api.POST('/api/v1/session', { body: { token: api_token } }));
      setNewToken(api_token);
    } catch (error) {
      const { fields, others } = placeProblems(error, { '/token': 'token' });
      setProblem([fields['token'], ...others].filter(Boolean).join('; '));
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    if (isTaken.current) return;
    isTaken.current = true;
    const given = takeToken();
    if (given !== undefined) void signIn(given);
  });

  return (
    <main className="narrow" style={{ maxWidth: 460, padding: '10vh 1rem 2rem' }}>
      <title>Sign in · expt</title>
      <div className="panel stack">
        <div className="brand"><img src={icon} alt="" />expt</div>
        {newToken === undefined ? (
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              void signIn(token.trim());
            }}
          >
            <h1>Sign in</h1>
            <PasswordInput
              label="Token"
              description="An API token; the first time, the setup token that exptd prints when it starts."
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              error={problem}
              autoComplete="current-password"
              required
              withAsterisk={false}
              visibilityToggleButtonProps={{ 'aria-label': 'Show the token', tabIndex: 0, 'aria-hidden': undefined }}
            />
            <Button type="submit" loading={isBusy}>Sign in</Button>
          </form>
        ) : (
          <div className="stack">
            <h1>Keep this token</h1>
            <Notice tone="warn" title="It is shown here only">
              <p>It signs you in next time, and programs may use it for the API. Put it into your password store.</p>
            </Notice>
            <div className="snippet"><pre tabIndex={0} aria-label="API token">{newToken}</pre></div>
            <div className="row">
              <Copy text={newToken} what="API token" />
              <Button onClick={goOn}>I have kept it; go on</Button>
            </div>
          </div>
        )}
      </div>
    </main>
  );
}
