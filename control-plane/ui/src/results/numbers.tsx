// The same results with all digits, for those who read tables.
import type { Estimate, Results } from '../api/documents';
import { countText, preciseText } from '../words/number';
import { statusWords, verdictOf, verdictWords } from './verdict';

const columns = ['Metric', 'Variant', 'Units', 'Mean', 'Variance', 'Difference', 'Standard error', 'Difference from', 'to', 'Lift', 'Lift from', 'to', 'p', 'log₁₀ p', 'Verdict'];

function ends(estimate: Estimate): [string, string] {
  return [
    estimate.lower == null && estimate.is_open ? '−∞' : preciseText(estimate.lower),
    estimate.upper == null && estimate.is_open ? '+∞' : preciseText(estimate.upper),
  ];
}

export function Numbers({ results }: { results: Results }) {
  const rows = results.metrics.flatMap((metric) =>
    metric.variants.map((variant) => {
      const comparison = metric.comparisons.find(({ treatment }) => treatment === variant.variant);
      const [effectFrom, effectTo] = comparison ? ends(comparison.effect) : ['–', '–'];
      const [liftFrom, liftTo] = comparison ? ends(comparison.lift) : ['–', '–'];
      return {
        key: `${metric.metric} ${variant.variant}`,
        cells: [
          metric.metric, variant.variant, countText(variant.n), preciseText(variant.mean), preciseText(variant.variance),
          preciseText(comparison?.effect.estimate), preciseText(comparison?.effect.se), effectFrom, effectTo,
          preciseText(comparison?.lift.estimate), liftFrom, liftTo, preciseText(comparison?.effect.p),
          preciseText(comparison?.effect.log10_p),
          comparison === undefined ? 'control' : (statusWords(comparison.status) ?? verdictWords[verdictOf(comparison)]),
        ],
      };
    }),
  );
  return (
    <div className="scroll" role="region" aria-label="All numbers" tabIndex={0}>
      <table className="list numbers" role="table" aria-label="All numbers">
        <thead role="rowgroup">
          <tr role="row">{columns.map((name, i) => <th role="columnheader" key={i} className={i > 1 && i < 14 ? 'right' : ''}>{name}</th>)}</tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map(({ key, cells }) => (
            <tr role="row" key={key}>
              {cells.map((cell, i) => <td role="cell" key={i} data-label={columns[i]} className={`number ${i > 1 && i < 14 ? 'right' : ''} ${cell === '–' ? 'nothing' : ''}`}>{cell}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
