/** The few statistics that a paired benchmark needs. */

export interface Ratio {
  readonly median: number;
  /** Bootstrap 95 % interval of the median. */
  readonly low: number;
  readonly high: number;
}

export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** The q-quantile, interpolated; NaN for no values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A small seeded generator (mulberry32), so that the same values always give the same interval. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Bootstrap 95 % interval of a statistic over samples. */
export function bootstrap<T>(samples: readonly T[], statistic: (drawn: T[]) => number, draws = 2000): Ratio {
  const random = seeded(samples.length);
  const drawn = Array.from({ length: draws }, () =>
    statistic(samples.map(() => samples[Math.floor(random() * samples.length)] as T)),
  );
  return { median: statistic([...samples]), low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
}

/** The median of a[i] / b[i] over the rounds of one run. */
export function pairedRatio(a: readonly number[], b: readonly number[]): Ratio {
  if (a.length !== b.length) throw new Error("paired values must come from the same rounds");
  return bootstrap(
    a.map((value, i) => value / (b[i] as number)),
    median,
  );
}

/** Least squares through (x, y). */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): Line {
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const below = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = above / below;
  return { slope, intercept: meanY - slope * meanX };
}
