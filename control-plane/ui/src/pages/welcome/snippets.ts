// The first lines of a program, per language, around the reader's own flag and key.

export type Language = 'cpp' | 'python' | 'node' | 'web' | 'curl';

export const languages: { value: Language; label: string }[] = [
  { value: 'cpp', label: 'C++' },
  { value: 'python', label: 'Python' },
  { value: 'node', label: 'Node' },
  { value: 'web', label: 'Web' },
  { value: 'curl', label: 'curl' },
];

/** Browsers take a client key, the others a server key. */
export function keyKindOf(language: Language): 'server' | 'client' {
  return language === 'web' ? 'client' : 'server';
}

export interface SnippetValues {
  url: string;
  key: string;
  flag: string;
  /** Boolean flags are asked whether they are on, others for their variant. */
  isBoolean: boolean;
  fallback: string;
  event: string;
}

/** Key id and secret, as the Authorization header takes them. */
export function bearerOf(key: string): string {
  const parts = key.split('.');
  return `${parts[3] ?? 'ID'}.${parts[parts.length - 1] ?? 'SECRET'}`;
}

export function snippet(language: Language, { url, key, flag, isBoolean, fallback, event }: SnippetValues): string {
  switch (language) {
    case 'cpp':
      return `#include <expt/expt.h>  // find_package(expt CONFIG) gives expt::expt

absl::Status Try() {
  auto client = expt::Client::Open({.url = "${url}", .key = "${key}"});
  if (!client.ok()) return client.status();
  client->Ready(std::chrono::seconds(2));
  expt::Context user("user-42");
  ${isBoolean ? `bool on = client->Enabled("${flag}", user);` : `std::string variant = client->Variant("${flag}", user, "${fallback}");`}
  client->Track("${event}", user);
  return client->Close(std::chrono::seconds(2));
}`;
    case 'python':
      return `import expt

with expt.Client(url="${url}", key="${key}") as client:
    user = expt.Context("user-42")
    print(${isBoolean ? `client.enabled("${flag}", user)` : `client.variant("${flag}", user, "${fallback}")`})
    client.track("${event}", user)`;
    case 'node':
      return `import { createClient } from '@expt/node';

const client = createClient({ url: '${url}', key: '${key}' });
await client.ready(2000);
const user = { targetingKey: 'user-42' };
console.log(${isBoolean ? `client.enabled('${flag}', user)` : `client.variant('${flag}', user, '${fallback}')`});
client.track('${event}', user);
await client.close();`;
    case 'web':
      return `import { createClient } from '@expt/web';

const client = createClient({ url: '${url}', key: '${key}', context: { targetingKey: 'user-42' } });
await client.ready(2000);
console.log(${isBoolean ? `client.enabled('${flag}')` : `client.variant('${flag}', '${fallback}')`});
client.track('${event}');
await client.flush(2000);`;
    case 'curl':
      return `# Does the key work? 200 says yes. Decisions are made by a client library.
curl -sS -o head -w '%{http_code}\\n' \\
  -H 'Authorization: Bearer ${bearerOf(key)}' \\
  '${url}/sdk/v1/head'`;
  }
}
