// The one sentence above the results: what to do now.
import type { Experiment, ResultMetric, Results } from '../api/documents';
import { countText, liftText } from '../words/number';

export type Action = 'ship' | 'roll_back' | 'review' | 'wait' | 'no_difference' | 'unhealthy' | 'no_data';

export interface Advice {
  action: Action;
  title: string;
  /** The criteria that led to it. */
  because: string[];
}

interface Finding {
  metric: ResultMetric;
  treatment: string;
  text: string;
}

function findings(results: Results, roles: readonly string[], verdict: string): Finding[] {
  return results.metrics
    .filter((metric) => roles.includes(metric.role))
    .flatMap((metric) =>
      metric.comparisons
        .filter((comparison) => comparison.verdict === verdict)
        .map((comparison) => ({
          metric,
          treatment: comparison.treatment,
          text: `${comparison.treatment} is ${verdict} than ${comparison.control} on ${metric.metric} (${liftText(comparison.lift.estimate)})`,
        })),
    );
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}

/** "better" already respects each metric's direction. */
export function advise(results: Results, experiment: Pick<Experiment, 'status' | 'planned_units'>): Advice {
  const { units } = results.exposures;
  if (units === 0) {
    return {
      action: 'no_data',
      title: experiment.status === 'draft' ? 'Not started: no unit has been seen' : 'No unit has been seen yet',
      because: ['The first exposure arrives when a program that runs the client library decides this flag.'],
    };
  }
  if (results.srm.alarm || results.srm.multi_exposed_alarm) {
    return {
      action: 'unhealthy',
      title: 'Unhealthy: do not decide on these numbers',
      because: [
        results.srm.alarm
          ? 'The variants do not have the shares of units that were planned; something loses units of one of them.'
          : 'More than 1 % of the units met several variants.',
      ],
    };
  }
  const worse = findings(results, ['success'], 'worse');
  const harmed = findings(results, ['guardrail'], 'worse');
  const better = findings(results, ['success'], 'better');
  const winners = better.filter(
    ({ treatment }) => !worse.some((other) => other.treatment === treatment) && !harmed.some((other) => other.treatment === treatment),
  );
  const because = [...better, ...worse, ...harmed].map(({ text }) => sentence(text));
  if (winners.length > 0) return { action: 'ship', title: `Ship ${[...new Set(winners.map(({ treatment }) => treatment))].join(' or ')}`, because };
  if (better.length > 0) return { action: 'review', title: 'Review: some metrics win, others lose', because };
  if (worse.length > 0 || harmed.length > 0) {
    return { action: 'roll_back', title: `Roll back ${[...new Set([...worse, ...harmed].map(({ treatment }) => treatment))].join(' and ')}`, because };
  }
  const planned = experiment.planned_units ?? undefined;
  const success = results.metrics.filter(({ role }) => role === 'success').flatMap(({ comparisons }) => comparisons);
  if (success.length > 0 && success.every(({ verdict }) => verdict === 'flat')) {
    return { action: 'no_difference', title: 'No relevant difference', because: ['Every goal’s interval lies within the change that would matter.'] };
  }
  if (planned !== undefined && units >= planned) {
    return {
      action: 'no_difference',
      title: 'No difference was found',
      because: [`All ${countText(planned)} planned units are in, and no goal moved beyond chance.`],
    };
  }
  return {
    action: 'wait',
    title: 'Keep it running: no decision yet',
    because: [
      planned === undefined
        ? `${countText(units)} units so far; no number of units is planned.`
        : `${countText(units)} of ${countText(planned)} planned units so far (${Math.floor((units / planned) * 100)} %).`,
    ],
  };
}
