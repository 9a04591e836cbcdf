// The one polite live region: what changed without the focus moving there.
import { useSyncExternalStore } from 'react';

let text = '';
const listeners = new Set<() => void>();

/** Has screen readers say `words`, also when they are the same as before. */
export function announce(words: string): void {
  text = words === text ? `${words}\u00a0` : words;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Announcer() {
  const words = useSyncExternalStore(subscribe, () => text);
  return <div className="hidden-text" aria-live="polite" role="status">{words}</div>;
}
