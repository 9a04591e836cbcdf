// The engine's explanation as a tree of sentences. It only reads what the engine says; it decides nothing.
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
  segment?: string;
  operator: string;
  negate: boolean;
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
  coverage?: Partial<Hashed> & { range: [number, number]; is_inside: boolean };
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
  rules?: RuleExplanation[];
  default?: { is_callers: boolean; split?: Hashed & { range: [number, number]; variant: string } };
  decision: {
    value: unknown;
    variant: string | null;
    reason: string;
    error_code: string | null;
    rule: string | null;
    bucket: number;
    exposures: { experiment: string; variant: string; phase: number }[];
  };
}

function step(outcome: Outcome, text: string, inner: Step[] = []): Step {
  return { outcome, text, inner };
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'missing';
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value);
}

function conditionStep(part: ConditionStep): Step {
  if (part.segment !== undefined) {
    const verb = part.negate ? 'is not in segment' : 'is in segment';
    const outcome = part.holds === undefined ? 'unknown' : part.holds ? 'yes' : 'no';
    const end = part.holds === undefined ? 'not reached' : part.holds ? 'yes' : 'no, or not known';
    return step(outcome, `the context ${verb} “${part.segment}”: ${end}`, (part.steps ?? []).map(conditionStep));
  }
  const operator = part.operator === 'in_list' ? 'is among' : undefined;
  const operands = part.operands ?? [];
  const words = operator === undefined ? operatorWords(part.operator, operands, part.negate)
    : `${part.negate ? 'is not among' : operator} ${operands.join(', ')}`;
  const subject = part.attribute ?? 'the context';
  if (part.truth === 'not reached') return step('plain', `${subject} ${words}: not reached`);
  if (part.truth === 'unknown') return step('unknown', `${subject} ${words}: not known, because ${subject} is ${part.value == null ? 'missing' : `${valueText(part.value)}, of another type`}`);
  // The engine tells the truth of the test before its negation.
  const holds = (part.truth === 'true') !== part.negate;
  return step(holds ? 'yes' : 'no', `${subject} ${words}: ${holds ? 'yes' : 'no'}, it is ${valueText(part.value)}`);
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
    const { range, is_inside: isInside } = rule.coverage;
    const hash = hashText(rule.coverage);
    inner.push(step(isInside ? 'yes' : 'no', `coverage ${shareText(range[1])}: ${hash === '' ? 'nobody is covered' : `${hash}, ${isInside ? 'inside' : 'outside'} ${rangeText(range)}`}`));
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
  steps.push(...(explanation.rules ?? []).map(ruleStep));
  const otherwise = explanation.default;
  if (otherwise) {
    const inner = otherwise.split ? [step('yes', `split: ${hashText(otherwise.split)}, ${rangeText(otherwise.split.range)} is variant “${otherwise.split.variant}”`)] : [];
    steps.push(step('yes', otherwise.is_callers ? 'No rule decided: the caller’s default' : 'No rule decided: the default of this flag', inner));
  }
  for (const { experiment, variant, phase } of explanation.decision.exposures) {
    steps.push(step('plain', `A program would record an exposure: experiment “${experiment}”, phase ${phase}, variant “${variant}”`));
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
