// Changes that are saved but not live: who may open the dialogue that makes them so.
import { createContext, useContext } from 'react';
import type { Place } from '../api/queries';

export interface Publishing {
  /** Opens the dialogue for an environment. Where it closes, the focus goes back to the first match of `opener`. */
  review: (place: Place, opener: string) => void;
}

export const PublishingContext = createContext<Publishing>({ review: () => undefined });

export function usePublishing(): Publishing {
  return useContext(PublishingContext);
}

/** A name for a control that opens the dialogue; `[data-opener="…"]` finds it even when it was drawn anew meanwhile. */
export function openerOf(...parts: string[]): { name: string; selector: string } {
  const name = parts.join(' ');
  return { name, selector: `[data-opener="${CSS.escape(name)}"]` };
}
