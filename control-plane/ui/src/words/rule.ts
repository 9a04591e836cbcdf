// Rules and what is served, in plain words.
import type { FlagConfiguration, Serve } from '../api/documents';
import { conditionWords, type Condition } from './condition';
import { shareText } from './share';
import { instantText } from './time';

export type Rule = NonNullable<FlagConfiguration['rules']>[number];
export type Coverage = NonNullable<Rule['coverage']>;

export function unitWords(bucketBy: string | undefined): string {
  return bucketBy === undefined || bucketBy === 'targeting_key' ? 'targeting key' : bucketBy;
}

/** "on", "a split by targeting key: a 90 %, b 10 %", "what experiment “x” assigns". */
export function serveWords(serve: Serve | null | undefined): string {
  if (serve == null) return 'the caller’s default';
  if ('variant' in serve) return `variant ${serve.variant}`;
  if ('experiment' in serve) return `the variant that experiment ${serve.experiment} assigns`;
  const parts = Object.entries(serve.split.weights).map(([variant, ppm]) => `${variant} ${shareText(ppm)}`);
  return `a split by ${unitWords(serve.split.bucket_by)}: ${parts.join(', ')}`;
}

/** "12.5 %", "a share that rises from 0 % at … to 50 % at …". */
export function coverageWords(coverage: Coverage | null | undefined): string {
  if (coverage == null) return 'everyone';
  if (coverage.ramp == null) return shareText(coverage.ppm ?? 1_000_000);
  const { linear, points } = coverage.ramp;
  const steps = points.map(({ time, ppm }) => `${shareText(ppm)} at ${instantText(time)}`).join(', ');
  return `a share that rises ${linear === true ? 'steadily' : 'in steps'}: ${steps}`;
}

function holdoutWords(holdouts: string[] | undefined): string {
  if (holdouts === undefined || holdouts.length === 0) return '';
  return ` Units in holdout ${holdouts.join(' or ')} are kept out of this rule.`;
}

/** "Only where flag x gives variant on or beta." */
export function prerequisiteSentence({ flag, variants }: { flag: string; variants: string[] }): string {
  return `Only where flag ${flag} gives variant ${variants.join(' or ')}; elsewhere the off variant.`;
}

/** The rule as one sentence, and one more for its holdouts. */
export function ruleSentence(rule: Rule): string {
  return serveSentence(rule) + holdoutWords(rule.holdouts);
}

function serveSentence(rule: Rule): string {
  const who = rule.condition == null ? 'Everyone' : `If ${conditionWords(rule.condition as Condition)}`;
  const { coverage } = rule;
  const served = serveWords(rule.serve);
  const gets = rule.condition == null ? 'gets' : 'serve';
  const ppm = coverage?.ramp == null ? coverage?.ppm : undefined;
  if (coverage == null || ppm === 1_000_000) {
    return rule.condition == null ? `${who} ${gets} ${served}.` : `${who}, ${gets} ${served}.`;
  }
  const unit = unitWords(coverage.bucket_by);
  if (ppm === 0) return `${who === 'Everyone' ? 'Nobody is covered' : `${who}, nobody is covered`} (0 % by ${unit}): this rule serves nobody.`;
  const share = coverageWords(coverage);
  if (coverage.ramp != null) {
    const start = rule.condition == null ? `Of all units (by ${unit})` : `${who}, of these units (by ${unit})`;
    return `${start}, ${share}, get ${served}; the others go on to the next step.`;
  }
  if (rule.condition == null) return `${share} of all units (by ${unit}) get ${served}; the others go on to the next step.`;
  return `${who}, serve ${served} to ${share} of them (by ${unit}); the others go on to the next step.`;
}
