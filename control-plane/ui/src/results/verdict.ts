// Verdicts: never by colour alone.
import type { Comparison } from '../api/documents';

export type Verdict = 'better' | 'worse' | 'flat' | 'inconclusive' | 'none';

export function verdictOf(comparison: Pick<Comparison, 'verdict'>): Verdict {
  switch (comparison.verdict) {
    case 'better':
    case 'worse':
    case 'flat':
    case 'inconclusive':
      return comparison.verdict;
    default:
      return 'none';
  }
}

export const verdictWords: Record<Verdict, string> = {
  better: 'Better',
  worse: 'Worse',
  flat: 'No relevant change',
  inconclusive: 'Not clear yet',
  none: 'No verdict',
};

const statuses: Record<string, string> = {
  empty_arm: 'a variant has no units yet',
  insufficient_data: 'too little data so far',
  zero_denominator: 'the denominators sum to zero',
  zero_variance: 'all units have the same value',
  undefined: 'there are fewer than two variants to compare',
  unbounded: 'control may be zero, so the relative change has no bound',
  invalid_input: 'the request was not valid',
};

const warnings: Record<string, string> = {
  srm_alarm: 'the sample ratio is off, so there is no verdict',
  low_counts: 'few successes or failures: computed by the score method',
  near_zero_baseline: 'control is close to zero: read the difference, not the relative change',
  near_zero_denominator: 'the denominator is close to zero',
  zero_variance: 'one variant has the same value for all units',
  no_plan: 'no planned number of units: 10,000 is assumed',
  early_look: 'looked at before the planned number of units',
  precision_loss: 'digits were lost when the sums were made',
};

/** "ok" yields nothing. */
export function statusWords(status: string): string | undefined {
  return status === 'ok' ? undefined : (statuses[status] ?? status.replaceAll('_', ' '));
}

export function warningWords(warning: string): string {
  return warnings[warning] ?? warning.replaceAll('_', ' ');
}
