import { expect, test } from 'vitest';
import type { Results } from '../src/api/documents';
import { advise } from '../src/results/decision';

interface Case {
  role: 'success' | 'guardrail' | 'secondary';
  verdict: string | null;
  treatment?: string;
}

function results(cases: Case[], over: { units?: number; alarm?: boolean; multi?: boolean } = {}): Results {
  return {
    exposures: { events: 0, units: over.units ?? 1000, multi_exposed: 0, time_suspect: 0 },
    srm: { alarm: over.alarm ?? false, multi_exposed_alarm: over.multi ?? false },
    metrics: cases.map(({ role, verdict, treatment = 'b' }, i) => ({
      metric: `m${i}`, role, comparisons: [{ control: 'a', treatment, verdict, lift: { estimate: 0.05 } }],
    })),
  } as unknown as Results;
}

const experiment = { status: 'running' as const, planned_units: 10_000 };

test.each<[string, Case[], object, string]>([
  ['no_data', [{ role: 'success', verdict: null }], { units: 0 }, 'No unit has been seen yet'],
  ['unhealthy', [{ role: 'success', verdict: 'better' }], { alarm: true }, 'Unhealthy: do not decide on these numbers'],
  ['unhealthy', [{ role: 'success', verdict: 'better' }], { multi: true }, 'Unhealthy: do not decide on these numbers'],
  ['ship', [{ role: 'success', verdict: 'better' }, { role: 'guardrail', verdict: 'inconclusive' }], {}, 'Ship b'],
  ['review', [{ role: 'success', verdict: 'better' }, { role: 'guardrail', verdict: 'worse' }], {}, 'Review: some metrics win, others lose'],
  ['ship', [{ role: 'success', verdict: 'better' }, { role: 'guardrail', verdict: 'worse', treatment: 'c' }], {}, 'Ship b'],
  ['roll_back', [{ role: 'success', verdict: 'worse' }], {}, 'Roll back b'],
  ['roll_back', [{ role: 'success', verdict: 'inconclusive' }, { role: 'guardrail', verdict: 'worse' }], {}, 'Roll back b'],
  ['wait', [{ role: 'success', verdict: 'inconclusive' }, { role: 'secondary', verdict: 'better' }], {}, 'Keep it running: no decision yet'],
  ['no_difference', [{ role: 'success', verdict: 'flat' }], {}, 'No relevant difference'],
  ['no_difference', [{ role: 'success', verdict: 'inconclusive' }], { units: 10_000 }, 'No difference was found'],
])('%s', (action, cases, over, title) => {
  expect(advise(results(cases, over), experiment)).toMatchObject({ action, title });
});

test('waiting says how far it is', () => {
  expect(advise(results([{ role: 'success', verdict: null }], { units: 2_500 }), experiment).because).toEqual([
    '2,500 of 10,000 planned units so far (25 %).',
  ]);
});
