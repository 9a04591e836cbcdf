// What units were given before in sticky experiments, as data for evaluations.
import { isWellFormed } from './context.js';

/** A variant that a unit was given before. */
export interface Assignment {
  readonly experimentId: string;
  readonly phase: number;
  /** The attribute that holds the unit id. */
  readonly bucketBy: string;
  readonly unitId: string;
  /** Key. */
  readonly variant: string;
}

const textFields = ['experimentId', 'bucketBy', 'unitId', 'variant'] as const;

/**
 * For the option `sticky` of an evaluation. It knows no snapshot: assignments of other experiments and earlier phases
 * may stand in it and are as none. Of rows of one unit and phase the last counts. It does not change.
 */
export class StickyAssignments {
  readonly rows: readonly Assignment[];
  /** Where each instance keeps its copy; used by Snapshot only. */
  readonly homes = new WeakMap<object, number>();

  /** Throws a TypeError that names a wrong row. */
  constructor(assignments: Iterable<Assignment>) {
    this.rows = Object.freeze(Array.from(assignments, (row, i) => {
      for (const name of textFields) {
        const text: unknown = row?.[name];
        if (typeof text !== 'string' || !isWellFormed(text)) {
          throw new TypeError(`assignments: row ${i + 1}: ${name}: expected text`);
        }
      }
      const { experimentId, phase, bucketBy, unitId, variant } = row;
      if (phase !== phase >>> 0) {
        throw new TypeError(`assignments: row ${i + 1}: phase: expected an integer from 0 to 4294967295`);
      }
      return Object.freeze({ experimentId, phase, bucketBy, unitId, variant });
    }));
  }
}
