// The axis that all interval bars of a page share: zero is always on it, and one wild interval does not flatten the
// others.
import { scaleLinear, type ScaleLinear } from 'd3-scale';

export interface Interval {
  estimate: number | null;
  /** null: open, or not there. */
  lower: number | null;
  upper: number | null;
}

export interface Axis {
  scale: ScaleLinear<number, number>;
  ticks: number[];
  domain: [number, number];
}

const smallestReach = 0.01;

/** How far from zero the axis goes: as far as the intervals do, but at most 4 times their median reach. */
function reach(intervals: readonly Interval[]): number {
  const reaches = intervals
    .flatMap(({ estimate, lower, upper }) => {
      const ends = [estimate, lower, upper].filter((end): end is number => end !== null && Number.isFinite(end));
      return ends.length === 0 ? [] : [Math.max(...ends.map(Math.abs))];
    })
    .sort((a, b) => a - b);
  if (reaches.length === 0) return smallestReach;
  const median = reaches[Math.floor((reaches.length - 1) / 2)]!;
  return Math.max(smallestReach, Math.min(reaches[reaches.length - 1]!, 4 * median));
}

/** From 0 to `width`, symmetric around zero. */
export function makeAxis(intervals: readonly Interval[], width: number): Axis {
  const end = reach(intervals) * 1.05;
  const scale = scaleLinear([-end, end], [0, width]).nice(8);
  const [from = -end, to = end] = scale.domain();
  return { scale, ticks: scale.ticks(4), domain: [from, to] };
}

export interface Bar {
  /** Left and right end in the axis's own units of length. */
  from: number;
  to: number;
  /** Where the estimate is; undefined without one, or off the axis. */
  point: number | undefined;
  /** The interval goes on beyond the axis. */
  isCutLeft: boolean;
  isCutRight: boolean;
}

/** Where the bar of an interval is drawn; undefined when there is nothing to draw. */
export function barOf(axis: Axis, { estimate, lower, upper }: Interval): Bar | undefined {
  if (estimate === null) return undefined;
  const [least, most] = axis.domain;
  const from = lower ?? -Infinity;
  const to = upper ?? Infinity;
  return {
    from: axis.scale(Math.min(most, Math.max(least, from))),
    to: axis.scale(Math.max(least, Math.min(most, to))),
    point: estimate >= least && estimate <= most ? axis.scale(estimate) : undefined,
    isCutLeft: from < least,
    isCutRight: to > most,
  };
}
