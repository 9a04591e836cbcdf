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

/** The ends that an interval has, with its estimate. */
function endsOf({ estimate, lower, upper }: Interval): number[] {
  return [estimate, lower, upper].filter((end): end is number => end !== null && Number.isFinite(end));
}

/** The most that the axis goes away from zero: 8 times as far as the middle one of the intervals does. */
function limitOf(intervals: readonly number[][]): number {
  const reaches = intervals.map((ends) => Math.max(...ends.map(Math.abs))).sort((a, b) => a - b);
  return 8 * reaches[Math.floor((reaches.length - 1) / 2)]!;
}

/** To both sides as far as the intervals go, and on the shorter one a quarter of the longer. */
function domainOf(intervals: readonly number[][]): [number, number] {
  if (intervals.length === 0) return [-smallestReach, smallestReach];
  const limit = limitOf(intervals);
  const below = Math.min(limit, Math.max(0, ...intervals.flat().map((end) => -end)));
  const above = Math.min(limit, Math.max(0, ...intervals.flat()));
  const least = Math.max(smallestReach, below / 4, above / 4);
  return [-1.05 * Math.max(least, below), 1.05 * Math.max(least, above)];
}

/** From 0 to `width`. */
export function makeAxis(intervals: readonly Interval[], width: number): Axis {
  const scale = scaleLinear(domainOf(intervals.map(endsOf).filter((ends) => ends.length > 0)), [0, width]).nice(8);
  const [from = 0, to = 0] = scale.domain();
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
