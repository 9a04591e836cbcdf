// Every metric and variant in one table, each treatment with its interval on the common axis.
import { IconCircleCheck, IconCircleX, IconEqual, IconHelpCircle, IconMinus } from '@tabler/icons-react';
import { Fragment } from 'react';
import type { Comparison, ResultMetric, Results } from '../api/documents';
import { Mark, type Tone } from '../parts/mark';
import { countText, intervalText, liftText, meanText, pText, valueText } from '../words/number';
import { makeAxis, type Axis, type Interval } from './axis';
import { AxisLabels, IntervalBar } from './interval_bar';
import { statusWords, verdictOf, verdictWords, warningWords, type Verdict } from './verdict';

const roles = [
  { role: 'success', title: 'Goals' },
  { role: 'secondary', title: 'Secondary' },
  { role: 'guardrail', title: 'Guardrails: must not get worse' },
] as const;

const verdictTones: Record<Verdict, Tone> = { better: 'good', worse: 'bad', flat: 'info', inconclusive: 'calm', none: 'calm' };
const verdictIcons = { better: IconCircleCheck, worse: IconCircleX, flat: IconEqual, inconclusive: IconHelpCircle, none: IconMinus };

export function VerdictMark({ comparison }: { comparison: Comparison }) {
  const verdict = verdictOf(comparison);
  const Icon = verdictIcons[verdict];
  // A mismatch of the sample ratio is told once, above all rows.
  const warnings = comparison.warnings.filter((warning) => warning !== 'srm_alarm');
  const why = [statusWords(comparison.status), ...warnings.map(warningWords)].filter((text) => text !== undefined);
  return (
    <span className="stack tight" style={{ justifyItems: 'start' }}>
      <Mark tone={verdictTones[verdict]} icon={<Icon size={15} aria-hidden />}>{verdictWords[verdict]}</Mark>
      {why.length > 0 && <span className="small dim verdict-why">{why.join('; ')}</span>}
    </span>
  );
}

export function intervalOf({ lift }: Comparison): Interval {
  return { estimate: lift.estimate ?? null, lower: lift.lower ?? null, upper: lift.upper ?? null };
}

function sentence(metric: ResultMetric, comparison: Comparison, alpha: number): string {
  const { lift, treatment, control } = comparison;
  if (lift.estimate == null) return `${metric.metric}, ${treatment} against ${control}: no relative change, ${statusWords(lift.status) ?? 'no data'}`;
  return `${metric.metric}, ${treatment} against ${control}: ${liftText(lift.estimate)}, ${100 - alpha * 100} % interval ` +
    `${intervalText(lift.lower, lift.upper)}, ${verdictWords[verdictOf(comparison)].toLowerCase()}`;
}

function ValueCell({ metric, variant }: { metric: ResultMetric; variant: string }) {
  const row = metric.variants.find((entry) => entry.variant === variant);
  const parts = row && (metric.kind === 'proportion' ? `${countText(row.sum ?? 0)} of ${countText(row.n)}`
    : metric.kind === 'ratio' ? `${meanText(row.sum)} / ${meanText(row.denominator)}` : `sum ${meanText(row.sum)}`);
  return (
    <>
      <td role="cell" data-label="Units" className="number">{countText(row?.n ?? 0)}</td>
      <td role="cell" data-label="Value" className="number">
        <span><span>{valueText(metric.kind, row?.mean)}</span>{parts && <span className="small dim under">{parts}</span>}</span>
      </td>
    </>
  );
}

function MetricRows({ metric, axis, alpha }: { metric: ResultMetric; axis: Axis; alpha: number }) {
  const control = metric.comparisons[0]?.control ?? metric.variants[0]?.variant;
  return (
    <>
      <tr role="row" className="first">
        <td role="cell" colSpan={7}>
          <span className="metric break">{metric.metric}</span>{' '}
          <span className="small dim">{metric.direction === 'decrease' ? 'less is better' : 'more is better'}</span>
        </td>
      </tr>
      <tr role="row" className="control">
        <td role="cell"><span className="variant-name"><span className="break">{control}</span>{control !== 'control' && <> <Mark>control</Mark></>}</span></td>
        {control !== undefined && <ValueCell metric={metric} variant={control} />}
        <td role="cell" className="bar-cell nothing" />
        <td role="cell" className="nothing" /><td role="cell" className="nothing" /><td role="cell" className="nothing" />
      </tr>
      {metric.comparisons.map((comparison, i) => (
        <tr role="row" key={comparison.treatment} className={i === metric.comparisons.length - 1 ? 'last' : ''}>
          <td role="cell"><span className="variant-name break">{comparison.treatment}</span></td>
          <ValueCell metric={metric} variant={comparison.treatment} />
          <td role="cell" className="bar-cell">
            <IntervalBar axis={axis} interval={intervalOf(comparison)} verdict={verdictOf(comparison)} sentence={sentence(metric, comparison, alpha)} />
          </td>
          <td role="cell" data-label="Lift" className="number">
            <span><strong>{liftText(comparison.lift.estimate)}</strong><span className="small dim under">{intervalText(comparison.lift.lower, comparison.lift.upper)}</span></span>
          </td>
          <td role="cell" data-label="p" className="number">{pText(comparison.effect.p)}</td>
          <td role="cell" data-label="Verdict"><VerdictMark comparison={comparison} /></td>
        </tr>
      ))}
    </>
  );
}

export function Bars({ results }: { results: Results }) {
  const axis = makeAxis(results.metrics.flatMap(({ comparisons }) => comparisons.map(intervalOf)), 100);
  const level = `${100 - results.alpha * 100} %`;
  return (
    <>
      <div className="axis-alone" aria-hidden><AxisLabels axis={axis} /></div>
      <table className="bars" role="table" aria-label={`Lift of every metric and variant against control, with ${level} intervals`}>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader">Variant</th>
            <th role="columnheader">Units</th>
            <th role="columnheader">Value</th>
            <th role="columnheader" className="axis-cell"><span className="hidden-text">{level} interval of the lift</span><AxisLabels axis={axis} /></th>
            <th role="columnheader">Lift, {level} interval</th>
            <th role="columnheader">p</th>
            <th role="columnheader">Verdict</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {roles.map(({ role, title }) => {
            const metrics = results.metrics.filter((metric) => metric.role === role);
            if (metrics.length === 0) return null;
            return (
              <Fragment key={role}>
                <tr role="row" className="section"><td role="cell" colSpan={7}>{title}</td></tr>
                {metrics.map((metric) => <MetricRows key={metric.metric} metric={metric} axis={axis} alpha={results.alpha} />)}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
