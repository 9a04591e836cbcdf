// Changes that are saved but not live: who may open the dialogue that makes them so.
import { createContext, useContext } from 'react';
import type { Place } from '../api/queries';

export interface Publishing {
  /** Opens the dialogue for an environment. */
  review: (place: Place) => void;
}

export const PublishingContext = createContext<Publishing>({ review: () => undefined });

export function usePublishing(): Publishing {
  return useContext(PublishingContext);
}
