import { ActionIcon } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../api/client';
import { sessionQuery } from '../api/queries';

/** Who is signed in, and the way out. */
export function Account() {
  const { data: session } = useQuery(sessionQuery);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const signOut = async () => {
    // A session that the server no longer knows is over, too.
    await api.DELETE('/api/v1/session').catch(() => undefined);
    await navigate({ to: '/login', search: {} });
    queries.clear();
  };
  return (
    <>
      {session && <span className="account small dim" title={session.name}>{session.role}</span>}
      <ActionIcon size={36} variant="subtle" c="var(--text)" aria-label="Sign out" title="Sign out" onClick={() => void signOut()}>
        <IconLogout size={19} aria-hidden />
      </ActionIcon>
    </>
  );
}
