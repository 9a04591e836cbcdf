import { describe, expect, test } from 'vitest';
import { barOf, makeAxis } from '../src/results/axis';

const interval = (estimate: number, lower: number | null, upper: number | null) => ({ estimate, lower, upper });

describe('the common axis', () => {
  test('has zero on it and holds every ordinary interval', () => {
    const intervals = [interval(0.05, 0.02, 0.08), interval(-0.03, -0.09, 0.03)];
    const axis = makeAxis(intervals, 100);
    expect(axis.ticks).toContain(0);
    for (const one of intervals) {
      const bar = barOf(axis, one)!;
      expect(bar.isCutLeft || bar.isCutRight).toBe(false);
      expect(bar.from).toBeLessThan(bar.point!);
      expect(bar.point!).toBeLessThan(bar.to);
    }
  });
  test('is not flattened by one wild interval, which is cut and says so', () => {
    const tame = Array.from({ length: 5 }, () => interval(0.01, -0.01, 0.03));
    const axis = makeAxis([...tame, interval(3, -2, 9)], 100);
    expect(axis.domain[1]).toBeLessThan(0.4);
    expect(barOf(axis, interval(3, -2, 9))).toMatchObject({ isCutLeft: true, isCutRight: true, point: undefined, from: 0, to: 100 });
  });
  test('is short on the side where nothing is, but not so short that zero is its end', () => {
    const axis = makeAxis([interval(-0.12, -0.155, -0.084), interval(-0.123, -0.166, -0.077), interval(0.979, 0.68, 1.35)], 100);
    expect(axis.domain[1]).toBeGreaterThan(1.35);
    expect(-axis.domain[0]).toBeLessThan(0.5);
    expect(axis.scale(0)).toBeGreaterThan(15);
    expect(axis.ticks).toContain(0);
  });
  test('open ends go to the edge', () => {
    const axis = makeAxis([interval(0.1, 0, 0.2)], 100);
    expect(barOf(axis, interval(0.1, null, null))).toMatchObject({ from: 0, to: 100, isCutLeft: true, isCutRight: true });
  });
  test('exists without data', () => {
    const axis = makeAxis([], 100);
    expect(axis.domain[0]).toBe(-axis.domain[1]);
    expect(barOf(axis, { estimate: null, lower: null, upper: null })).toBeUndefined();
  });
  test('a bar never leaves the axis', () => {
    const axis = makeAxis([interval(0.01, 0, 0.02)], 100);
    for (const one of [interval(5, 4, 6), interval(-5, -6, -4)]) {
      const { from, to } = barOf(axis, one)!;
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(100);
      expect(from).toBeLessThanOrEqual(to);
    }
  });
});
