// Planned against seen shares of units, and the alarm when they cannot be chance.
import type { Results } from '../api/documents';
import { Notice } from '../parts/notice';
import { countText, expectedText, pText, unitsText } from '../words/number';
import { shareText } from '../words/share';
import { HealthMark } from './health';

/** The alarm in words: what was seen, and how likely that is. */
export function SampleRatioAlarm({ results }: { results: Results }) {
  const { srm } = results;
  return (
    <Notice tone="bad" isAlert title={<h2>Unhealthy: do not decide on these numbers</h2>}>
      <p>
        <strong>Sample ratio mismatch.</strong> Something loses units of one variant. Seen:{' '}
        {srm.variants.map(({ variant, units }) => `${variant} ${countText(units)}`).join(', ')}. Chance alone would give such shares
        with p {pText(srm.p)} (alarm below 0.001). There are no verdicts until the cause is found.
      </p>
    </Notice>
  );
}

export function SampleRatio({ results }: { results: Results }) {
  const { srm } = results;
  const total = srm.variants.reduce((sum, { units }) => sum + units, 0);
  const weights = srm.variants.reduce((sum, { weight }) => sum + weight, 0);
  return (
    <section className="panel stack" aria-labelledby="sample-ratio">
      <div className="row apart"><h2 id="sample-ratio">Sample ratio</h2><HealthMark results={results} /></div>
      <table className="list" role="table" aria-label="Units per variant, planned and seen">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader">Variant</th><th role="columnheader" className="right">Planned share</th>
            <th role="columnheader" className="right">Expected</th><th role="columnheader" className="right">Seen</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {srm.variants.map(({ variant, weight, units }) => (
            <tr role="row" key={variant}>
              <td role="cell">{variant}</td>
              <td role="cell" data-label="Planned share" className="number right">{weights === 0 ? '–' : shareText(Math.round((weight / weights) * 1_000_000))}</td>
              <td role="cell" data-label="Expected" className="number right">{weights === 0 ? '–' : expectedText((total * weight) / weights)}</td>
              <td role="cell" data-label="Seen" className="number right">{countText(units)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {results.exposures.multi_exposed > 0 && (
        <p className="small">Left out, because they met several variants: {unitsText(results.exposures.multi_exposed)}.</p>
      )}
    </section>
  );
}
