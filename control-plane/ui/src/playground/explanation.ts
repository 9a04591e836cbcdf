// The engine's explanation as a tree of sentences. It only reads what the engine says; it decides nothing.
import { subjectWords } from '../words/condition';
import { operatorWords, type Operand } from '../words/operator';
import { shareText } from '../words/share';

export type Outcome = 'yes' | 'no' | 'unknown' | 'plain';

export interface Step {
  outcome: Outcome;
  text: string;
  inner: Step[];
}

interface Hashed {
  bucket_by: string;
  hash_input?: string;
  bucket?: number;
}

interface ConditionStep {
  attribute?: string;
  longitude?: string;
  segment?: string;
  flag?: string;
  /** Of the flag that is asked about. */
  reason?: string;
  operator: string;
  negate: boolean;
  case_insensitive?: boolean;
  operands?: Operand[];
  value?: unknown;
  truth?: 'true' | 'false' | 'unknown' | 'not reached';
  steps?: ConditionStep[];
  holds?: boolean;
}

interface RuleExplanation {
  id: string;
  condition?: ConditionStep[];
  holds?: boolean;
  coverage?: Partial<Hashed> & { range: [number, number]; is_inside: boolean; is_ramp?: boolean };
  holdouts?: (Hashed & { key: string; range: [number, number]; is_held_out: boolean })[];
  sticky?: { experiment: string; unit_id: string; variant: string };
  experiment?: { key: string; status: string; phase: number };
  layer?: Hashed & { key: string; ranges: [number, number][]; is_inside: boolean };
  split?: Hashed & { range: [number, number]; variant: string };
  missed?: string;
  serves: boolean;
}

export interface FlagExplanation {
  flag: string;
  attributes?: { name: string; type: string; value: unknown }[];
  overrides?: { bucket_by: string; unit_id: string; variant: string; is_listed: boolean }[];
  prerequisites?: { flag: string; reason: string; variant: string | null; is_met: boolean }[];
  rules?: RuleExplanation[];
  default?: { is_callers: boolean; split?: Hashed & { range: [number, number]; variant: string } };
  decision: {
    value: unknown;
    variant: string | null;
    reason: string;
    error_code: string | null;
    rule: string | null;
    bucket: number;
    exposures: { experiment: string; experiment_id?: string; variant: string; phase: number; is_holdout?: boolean }[];
  };
}

function step(outcome: Outcome, text: string, inner: Step[] = []): Step {
  return { outcome, text, inner };
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'missing';
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
}

// A segment, or a condition that several rules share.
function sharedStep(part: ConditionStep): Step {
  const about = part.segment === undefined ? `the condition ${part.negate ? 'does not hold' : 'holds'}`
    : `the context ${part.negate ? 'is not in segment' : 'is in segment'} “${part.segment}”`;
  const outcome = part.holds === undefined ? 'unknown' : part.holds ? 'yes' : 'no';
  const end = part.holds === undefined ? 'not reached' : part.holds ? 'yes' : 'no, or not known';
  return step(outcome, `${about}: ${end}`, (part.steps ?? []).map(conditionStep));
}

function flagStep(part: ConditionStep, words: string): Step {
  const given = part.value == null ? `it gives no variant (${part.reason})` : `it gives ${valueText(part.value)}`;
  if (part.truth === 'unknown') return step('unknown', `${words}: not known, because ${given}`);
  const holds = (part.truth === 'true') !== part.negate;
  return step(holds ? 'yes' : 'no', `${words}: ${holds ? 'yes' : 'no'}, ${given}`);
}

function conditionStep(part: ConditionStep): Step {
  if (part.segment !== undefined || part.steps !== undefined || part.operator === 'condition') return sharedStep(part);
  const operands = part.operands ?? [];
  const verb = part.operator === 'in_list' ? `${part.negate ? 'is not among' : 'is among'} ${operands.join(', ')}`
    : operatorWords(part.operator, operands, part.negate);
  const subject = subjectWords(part);
  const words = `${subject} ${verb}${part.case_insensitive === true ? ' (in any case)' : ''}`;
  if (part.truth === 'not reached') return step('plain', `${words}: not reached`);
  if (part.flag !== undefined) return flagStep(part, words);
  if (part.truth === 'unknown') {
    const why = part.value == null ? 'missing' : `${valueText(part.value)}, which cannot be compared`;
    return step('unknown', `${words}: not known, because ${subject} is ${why}`);
  }
  // The engine tells the truth of the test before its negation.
  const holds = (part.truth === 'true') !== part.negate;
  return step(holds ? 'yes' : 'no', `${words}: ${holds ? 'yes' : 'no'}, it is ${valueText(part.value)}`);
}

function hashText(part: Partial<Hashed>): string {
  if (part.bucket === undefined) return part.bucket_by === undefined ? '' : `no unit id in ${part.bucket_by}`;
  return `${part.bucket_by} is in bucket ${part.bucket} (hash of “${part.hash_input}”)`;
}

function rangeText([from, to]: [number, number]): string {
  return `[${from}, ${to})`;
}

function ruleStep(rule: RuleExplanation): Step {
  const inner: Step[] = [];
  if (rule.condition !== undefined) inner.push(...rule.condition.map(conditionStep));
  if (rule.coverage) {
    const { range, is_inside: isInside, is_ramp: isRamp } = rule.coverage;
    const hash = hashText(rule.coverage);
    inner.push(step(isInside ? 'yes' : 'no', `coverage ${shareText(range[1])}${isRamp === true ? ' of the ramp now' : ''}: ${hash === '' ? 'nobody is covered' : `${hash}, ${isInside ? 'inside' : 'outside'} ${rangeText(range)}`}`));
  }
  for (const holdout of rule.holdouts ?? []) {
    const { key, range, is_held_out: isHeldOut } = holdout;
    const end = holdout.bucket === undefined ? '' : `, ${isHeldOut ? 'held out by' : 'not held out by'} ${rangeText(range)}`;
    inner.push(step(isHeldOut || holdout.bucket === undefined ? 'no' : 'yes', `holdout “${key}”: ${hashText(holdout)}${end}`));
  }
  if (rule.sticky) {
    const { experiment, unit_id: unit, variant } = rule.sticky;
    inner.push(step('yes', `“${unit}” was given variant “${variant}” of experiment “${experiment}” before, and keeps it`));
  }
  if (rule.experiment) {
    const { key, status, phase } = rule.experiment;
    inner.push(step(status === 'running' ? 'yes' : 'no', `experiment “${key}” is ${status}, phase ${phase}`));
  }
  if (rule.layer) {
    inner.push(step(rule.layer.is_inside ? 'yes' : 'no', `layer “${rule.layer.key}”: ${hashText(rule.layer)}, ${rule.layer.is_inside ? 'inside' : 'outside'} ${rule.layer.ranges.map(rangeText).join(' ')}`));
  }
  if (rule.split) inner.push(step('yes', `split: ${hashText(rule.split)}, ${rangeText(rule.split.range)} is variant “${rule.split.variant}”`));
  const end = rule.serves ? 'decides' : `goes on to the next step${rule.missed === undefined ? '' : `: ${rule.missed}`}`;
  return step(rule.serves ? 'yes' : 'no', `Rule “${rule.id}” ${end}`, inner);
}

/** What the flag read, and each step until one decided. */
export function explanationSteps(explanation: FlagExplanation): Step[] {
  const steps: Step[] = [];
  const attributes = explanation.attributes ?? [];
  if (attributes.length > 0) {
    steps.push(step('plain', 'Read from the context', attributes.map(({ name, value, type }) =>
      step(type === 'missing' ? 'unknown' : 'plain', `${name} = ${valueText(value)}${type === 'missing' ? '' : ` (${type})`}`))));
  }
  for (const { bucket_by: by, unit_id: unit, variant, is_listed: isListed } of explanation.overrides ?? []) {
    steps.push(step(isListed ? 'yes' : 'no', `Override to variant “${variant}”: ${by} ${unit === '' ? 'is missing' : `“${unit}” is ${isListed ? 'listed' : 'not listed'}`}`));
  }
  for (const { flag, reason, variant, is_met: isMet } of explanation.prerequisites ?? []) {
    const given = variant === null ? `gives no variant (${reason})` : `gives variant “${variant}”`;
    steps.push(step(isMet ? 'yes' : 'no', `Prerequisite: flag “${flag}” ${given}, ${isMet ? 'as it must' : 'which is not enough'}`));
  }
  steps.push(...(explanation.rules ?? []).map(ruleStep));
  const otherwise = explanation.default;
  if (otherwise) {
    const inner = otherwise.split ? [step('yes', `split: ${hashText(otherwise.split)}, ${rangeText(otherwise.split.range)} is variant “${otherwise.split.variant}”`)] : [];
    steps.push(step('yes', otherwise.is_callers ? 'No rule decided: the caller’s default' : 'No rule decided: the default of this flag', inner));
  }
  for (const exposure of explanation.decision.exposures) {
    const { experiment, experiment_id: id, variant, phase } = exposure;
    const isHoldout = exposure.is_holdout === true;
    const about = isHoldout ? `holdout “${id ?? ''}”` : `experiment “${experiment}”, phase ${phase}`;
    steps.push(step('plain', `A program would record an exposure: ${about}, variant “${variant}”`));
  }
  return steps;
}

const reasons: Record<string, string> = {
  STATIC: 'no rules, no split', TARGETING_MATCH: 'a rule or override matched', SPLIT: 'a bucket decided', DEFAULT: 'no rule matched',
  DISABLED: 'switched off', PREREQUISITE_FAILED: 'a prerequisite is not met', STALE: 'the snapshot is stale', ERROR: 'error',
};

export function reasonWords(reason: string): string {
  return reasons[reason] ?? reason;
}
