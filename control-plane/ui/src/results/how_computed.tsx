import type { Experiment, Results } from '../api/documents';
import { timeText } from '../words/instant';
import { countText, unitsText } from '../words/number';

const modes: Record<string, string> = {
  any_time: 'valid at every look (any_time): it may be read again and again',
  fixed: 'fixed horizon: valid at one look that was chosen in advance',
};

/** The settings and methods behind the numbers. */
export function HowComputed({ results, experiment }: { results: Results; experiment: Experiment }) {
  const methods = new Set(results.metrics.flatMap(({ comparisons }) => comparisons.flatMap(({ effect, lift }) => [effect.card, lift.card])));
  methods.add(results.srm.card);
  methods.delete('');
  return (
    <section className="panel stack" aria-labelledby="how-computed">
      <h2 id="how-computed">How computed</h2>
      <dl className="facts">
        <dt>Reading</dt><dd>{modes[results.mode] ?? results.mode}</dd>
        <dt>α</dt><dd>{results.alpha} (two-sided): intervals of {100 - results.alpha * 100} %</dd>
        <dt>Planned units</dt><dd>{experiment.planned_units == null ? 'no plan' : countText(experiment.planned_units)}</dd>
        <dt>Phase</dt><dd>{results.phase}, since {timeText(experiment.phases?.find(({ number }) => number === results.phase)?.start ?? experiment.start)}</dd>
        <dt>Bucketed by</dt><dd>{experiment.bucket_by ?? 'targeting_key'}</dd>
        <dt>As of</dt><dd>{timeText(results.watermark)}</dd>
        <dt>Left out</dt><dd>{unitsText(results.exposures.multi_exposed)} in several variants, {countText(results.exposures.time_suspect)} exposures of a wrong clock</dd>
        <dt>Methods</dt><dd className="row">{[...methods].sort().map((method) => <code key={method}>{method}</code>)}</dd>
      </dl>
    </section>
  );
}
