// One interval on the page's common axis. Positions are percentages, so a bar fits any width without measuring.
import { barOf, type Axis, type Interval } from './axis';
import type { Verdict } from './verdict';

const middle = 17;

/** `sentence` is what a screen reader says, and the tooltip. */
export function IntervalBar({ axis, interval, verdict, sentence }: { axis: Axis; interval: Interval; verdict: Verdict; sentence: string }) {
  const bar = barOf(axis, interval);
  return (
    <svg className={`plot ${verdict}`} role="img" aria-label={sentence} height="34">
      <title>{sentence}</title>
      {axis.ticks.map((tick) => <line key={tick} className="grid" x1={`${axis.scale(tick)}%`} x2={`${axis.scale(tick)}%`} y1="0" y2="34" />)}
      <line className="zero" x1={`${axis.scale(0)}%`} x2={`${axis.scale(0)}%`} y1="0" y2="34" />
      {bar && (
        <>
          <rect className="range" x={`${bar.from}%`} width={`${Math.max(0, bar.to - bar.from)}%`} y={middle - 4} height="8" rx={bar.isCutLeft || bar.isCutRight ? 0 : 4} />
          {bar.isCutLeft && <text className="cut" x="0" y={middle + 5} textAnchor="end">◂</text>}
          {bar.isCutRight && <text className="cut" x="100%" y={middle + 5} textAnchor="start">▸</text>}
          {bar.point !== undefined && <Point at={`${bar.point}%`} />}
        </>
      )}
    </svg>
  );
}

/** Narrow, so that a short interval is not hidden behind it. */
function Point({ at }: { at: string }) {
  return (
    <>
      <line className="point" x1={at} x2={at} y1={middle - 9} y2={middle + 9} />
      <line className="point core" x1={at} x2={at} y1={middle - 7.5} y2={middle + 7.5} />
    </>
  );
}

function tickText(tick: number): string {
  const percent = Math.round(tick * 10_000) / 100;
  return `${percent > 0 ? '+' : percent < 0 ? '−' : ''}${Math.abs(percent)} %`;
}

/** The ends and zero; more would run into each other where the axis is narrow. */
function labelled({ ticks }: Axis): number[] {
  return ticks.filter((tick, i) => tick === 0 || i === 0 || i === ticks.length - 1);
}

/** The numbers of the axis. What they say stands in each bar's sentence, too. */
export function AxisLabels({ axis }: { axis: Axis }) {
  return (
    <svg className="axis" height="20" aria-hidden>
      {labelled(axis).map((tick) => {
        const at = axis.scale(tick);
        return <text key={tick} x={`${at}%`} y="14" textAnchor={at < 4 ? 'start' : at > 96 ? 'end' : 'middle'}>{tickText(tick)}</text>;
      })}
    </svg>
  );
}
