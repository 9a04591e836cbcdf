// Calls of the server's API. Paths, parameters and documents are checked against its OpenAPI document.
import createClient, { type Middleware } from 'openapi-fetch';
import type { paths } from '../generated/openapi';
import { refusalOf } from './problem';

// A page of another site can send the cookie, but not this header.
const session: Middleware = {
  onRequest({ request }) {
    request.headers.set('X-Expt-Session', '1');
    return request;
  },
};

export const api = createClient<paths>({ baseUrl: '' });
api.use(session);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The document of a successful answer; throws a Refusal for any other. */
export async function ok<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw refusalOf(response.status, error);
  return data as T;
}

export interface Revision<T> {
  document: T;
  /** What If-Match wants. */
  etag: string;
}

export async function revision<T>(answer: Promise<Answer<T>>): Promise<Revision<T>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw refusalOf(response.status, error);
  return { document: data as T, etag: response.headers.get('ETag') ?? '' };
}

interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** All pages of a list. */
export async function every<T>(page: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const answer: Page<T> = await page(cursor);
    items.push(...answer.items);
    cursor = answer.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
