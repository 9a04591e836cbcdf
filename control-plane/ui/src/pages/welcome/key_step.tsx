import { Button, SegmentedControl } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '../../api/client';
import type { Flag } from '../../api/documents';
import { refusalText } from '../../api/problem';
import type { Place } from '../../api/queries';
import { Copy } from '../../parts/copy';
import { Notice } from '../../parts/notice';
import { announce } from '../../shell/announcer';
import { Refusals } from './refusals';
import { keyKindOf, languages, snippet, type Language } from './snippets';

const placeholder = { server: 'SERVER_KEY', client: 'CLIENT_KEY' };

export function KeyStep({ place, flag, event }: { place: Place; flag: Flag; event: string }) {
  const [language, setLanguage] = useState<Language>('cpp');
  const [keys, setKeys] = useState<{ server?: string; client?: string }>({});
  const kind = keyKindOf(language);
  const create = useMutation({
    mutationFn: () =>
      ok(
        api.POST('/api/v1/projects/{project}/environments/{environment}/keys', {
          params: { path: place },
          body: { kind, name: 'first steps' },
        }),
      ),
    onSuccess: ({ key }) => {
      setKeys((now) => ({ ...now, [kind]: key }));
      announce('Key created');
    },
  });
  const key = keys[kind];
  const code = snippet(language, {
    url: location.origin,
    key: key ?? placeholder[kind],
    flag: flag.key,
    isBoolean: flag.type === 'boolean',
    fallback: flag.variants[0]!.key,
    event,
  });
  const name = languages.find(({ value }) => value === language)!.label;
  return (
    <>
      <SegmentedControl
        aria-label="Language"
        value={language}
        onChange={(value) => setLanguage(value as Language)}
        data={languages}
        fullWidth
      />
      {key === undefined ? (
        <div className="stack">
          <p className="dim">
            {kind === 'server' ? 'A server key reads full rules. It is a secret: keep it out of browsers and repositories.'
              : 'A client key may be public: it reads only flags that browsers may read.'}
          </p>
          {kind === 'client' && flag.visibility !== 'client' && (
            <Notice tone="warn" title={`Browsers do not see flag ${flag.key}`}><p>Its visibility is “server”. A browser gets the caller’s default.</p></Notice>
          )}
          <Refusals texts={create.isError ? [refusalText(create.error)] : []} />
          <div><Button onClick={() => create.mutate()} loading={create.isPending}>Create {kind} key</Button></div>
        </div>
      ) : (
        <div className="stack tight">
          <div className="row apart"><h3>Your {kind} key</h3><Copy text={key} what={`${kind} key`} /></div>
          <div className="snippet"><pre className="break" style={{ whiteSpace: 'pre-wrap' }} tabIndex={0} aria-label={`${kind} key`} data-key={kind}>{key}</pre></div>
          <p className="small dim">It is shown here only, and is filled in below.</p>
        </div>
      )}
      <div className="stack tight">
        <div className="row apart"><h3>{name}</h3><Copy text={code} what={`${name} snippet`} /></div>
        <div className="snippet"><pre tabIndex={0} aria-label={`${name} snippet`} data-snippet={language}>{code}</pre></div>
      </div>
    </>
  );
}
