// Rules and what is served, in plain words.
import type { FlagConfiguration, Serve } from '../api/documents';
import { conditionWords } from './condition';
import { shareText } from './share';

export type Rule = NonNullable<FlagConfiguration['rules']>[number];

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

/** The rule as one sentence. */
export function ruleSentence(rule: Rule): string {
  const who = rule.condition == null ? 'Everyone' : `If ${conditionWords(rule.condition)}`;
  const ppm = rule.coverage?.ppm;
  const served = serveWords(rule.serve);
  const gets = rule.condition == null ? 'gets' : 'serve';
  if (ppm === undefined || ppm === 1_000_000) {
    return rule.condition == null ? `${who} ${gets} ${served}.` : `${who}, ${gets} ${served}.`;
  }
  const unit = unitWords(rule.coverage?.bucket_by);
  if (ppm === 0) return `${who === 'Everyone' ? 'Nobody is covered' : `${who}, nobody is covered`} (0 % by ${unit}): this rule serves nobody.`;
  if (rule.condition == null) return `${shareText(ppm)} of all units (by ${unit}) get ${served}; the others go on to the next step.`;
  return `${who}, serve ${served} to ${shareText(ppm)} of them (by ${unit}); the others go on to the next step.`;
}
