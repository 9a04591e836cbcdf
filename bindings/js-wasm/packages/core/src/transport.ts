// The network seam: one request, one answer.

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface Reply {
  status: number;
  header(name: string): string | null;
  body: Uint8Array;
}

export interface RequestOptions {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: Uint8Array;
  keepalive?: boolean;
  timeoutMs: number;
  maxReplyBytes: number;
  signal?: AbortSignal | undefined;
}

/** Any status is an answer. Rejects where there is none in time, or it is larger than `maxReplyBytes`. */
export async function send(fetch: Fetch, url: string, options: RequestOptions): Promise<Reply> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  const timer = setTimeout(stop, options.timeoutMs);
  (timer as unknown as { unref?: () => void }).unref?.();
  options.signal?.addEventListener('abort', stop);
  if (options.signal?.aborted) stop();
  try {
    const response = await fetch(url, {
      method: options.method ?? 'GET',
      headers: options.headers ?? {},
      ...(options.body !== undefined && { body: options.body as Uint8Array<ArrayBuffer> }),
      ...(options.keepalive === true && { keepalive: true }),
      credentials: 'omit',
      redirect: 'error',
      cache: 'no-store',
      signal: abort.signal,
    });
    const body = await readAll(response, options.maxReplyBytes);
    return { status: response.status, header: (name) => response.headers.get(name), body };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
  }
}

async function readAll(response: Response, maxBytes: number): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxBytes) {
      reader.cancel().catch(() => {});
      throw new RangeError(`expected at most ${maxBytes} bytes, got more`);
    }
    chunks.push(value);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The address without a slash at its end. Throws a TypeError where it is none that a key may be sent to. */
export function checkUrl(text: unknown, name = 'url'): string {
  let url: URL;
  try {
    url = new URL(String(text));
  } catch {
    throw new TypeError(`${name}: expected an address such as "https://flags.example.com"`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`${name}: expected scheme "https", got "${url.protocol.slice(0, -1)}"`);
  }
  if (url.protocol === 'http:' && !loopback.test(url.hostname)) {
    throw new TypeError(`${name}: plain http is allowed to this machine only, expected "https"`);
  }
  if (url.username !== '' || url.password !== '') throw new TypeError(`${name}: user information is not allowed`);
  if (url.search !== '' || url.hash !== '') throw new TypeError(`${name}: a query or fragment is not allowed`);
  return url.href.replace(/\/+$/, '');
}
