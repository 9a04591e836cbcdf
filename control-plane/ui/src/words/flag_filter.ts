// Which flags a search shows.
import type { Flag } from '../api/documents';

export interface FlagFilter {
  q?: string;
  tag?: string;
  type?: string;
}

/** `q` is looked for in key, description and owner, in any case. */
export function matchesFilter(flag: Flag, { q, tag, type }: FlagFilter): boolean {
  const wanted = q?.toLowerCase();
  const texts = [flag.key, flag.description ?? '', flag.owner ?? ''];
  if (wanted !== undefined && !texts.some((text) => text.toLowerCase().includes(wanted))) return false;
  return (tag === undefined || flag.tags?.includes(tag) === true) && (type === undefined || flag.type === type);
}
