// The result of one evaluation.

export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue };

/** What a flag yields. */
export type FlagValue = JsonValue;

/** Why a decision is what it is, in the order of the engine's numbers. */
export const reasons = [
  'ERROR', 'STATIC', 'TARGETING_MATCH', 'SPLIT', 'DEFAULT', 'DISABLED', 'PREREQUISITE_FAILED', 'STALE',
] as const;
export type Reason = (typeof reasons)[number];

/** What went wrong, in the order of the engine's numbers; the first means nothing did. */
export const errorCodes = [
  '', 'PROVIDER_NOT_READY', 'FLAG_NOT_FOUND', 'PARSE_ERROR', 'TYPE_MISMATCH', 'TARGETING_KEY_MISSING',
  'INVALID_CONTEXT', 'GENERAL',
] as const;
export type ErrorCode = Exclude<(typeof errorCodes)[number], ''>;

/** Record that a unit met an experiment's variant, or reached a holdout. */
export interface Exposure {
  /** Holdout: its key. */
  readonly experimentId: string;
  readonly experiment: string;
  /** Holdout: "held_out" or "in". */
  readonly variant: string;
  /** The attribute whose unit id was bucketed. */
  readonly bucketBy: string;
  readonly phase: number;
  readonly isHoldout: boolean;
  /** The experiment keeps what a unit was given. */
  readonly isSticky: boolean;
  /**
   * Who assigned the unit: the snapshot's rules, or what it was given before (`sticky`). Where the experiment is sticky,
   * keep what "engine" assigned and give it back in StickyAssignments.
   */
  readonly origin: 'engine' | 'sticky';
}

export interface Decision<T = FlagValue> {
  readonly flag: string;
  /** The caller's default where nothing decided. */
  readonly value: T;
  /** Absent where the caller's default applies. */
  readonly variant?: string;
  readonly reason: Reason;
  readonly errorCode?: ErrorCode;
  /** Rule id; "override" for an override; absent without a rule. */
  readonly rule?: string;
  /** Of the split that decided, else of the coverage. */
  readonly bucket?: number;
  readonly snapshotVersion: number;
  readonly exposures: readonly Exposure[];
}

export interface Explanation {
  /** One object with every rule, condition, operand, bucket and range. */
  readonly json: JsonValue;
  /** The same in lines for people. Attribute values appear in it: treat it like the context. */
  readonly text: string;
}

// What expt_decide packs into one number.
export const packed = {
  reason: (answer: number): number => answer & 15,
  error: (answer: number): number => (answer >> 4) & 15,
  /** Row of the variant, -1 without a value. */
  variant: (answer: number): number => ((answer >> 8) & 0x1fff) - 1,
  exposures: (answer: number): number => (answer >> 21) & 15,
  /** The answer without its exposures. */
  outcome: (answer: number): number => answer & 0x1fffff,
  failure: (error: ErrorCode): number => errorCodes.indexOf(error) << 4,
};
