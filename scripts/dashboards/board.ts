/** The dashboards as tables: what is asked of Prometheus, in which unit, and what the answer means. */

export interface Panel {
  readonly title: string;
  /** For whoever looks at it for the first time. */
  readonly about: string;
  readonly unit: "short" | "s" | "bytes" | "percentunit" | "ops" | "reqps";
  /** Each with the text of its line; `{{label}}` is filled in. */
  readonly lines: readonly (readonly [expr: string, legend: string])[];
}

export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** A quantile over histograms, by further labels. */
export const quantile = (q: number, metric: string, by: string): string =>
  `histogram_quantile(${q}, sum by (le, ${by}) (rate(${metric}_bucket[$__rate_interval])))`;
export const rate = (metric: string, by: string): string =>
  `sum by (${by}) (rate(${metric}[$__rate_interval]))`;
