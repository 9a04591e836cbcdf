// Timers that never keep a program alive.

export function after(ms: number, run: () => void): () => void {
  const timer: unknown = setTimeout(run, Math.min(Math.max(ms, 0), 0x7fffffff));
  (timer as { unref?: () => void }).unref?.();
  return () => clearTimeout(timer as number);
}

/** Resolves after `ms`, or at once when `signal` aborts. Keeps the program alive when somebody awaits it. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, 0x7fffffff));
    signal?.addEventListener('abort', done);
  });
}
