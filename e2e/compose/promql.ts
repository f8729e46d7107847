/** What an expression of PromQL asks for, read with Prometheus's own grammar. */
import { parser } from "@prometheus-io/lezer-promql";

/** A series: its name, and the labels that it is filtered or grouped by. */
export interface Wanted {
  readonly metric: string;
  readonly labels: readonly string[];
}

const LABELS = new Set(["LabelName", "UnquotedLabelMatcher", "GroupingLabels"]);

/** @throws Error where the grammar does not know what is written */
export function wantedBy(expression: string): Wanted[] {
  // Grafana fills it in; any duration does for reading.
  const text = expression.replaceAll("$__rate_interval", "1m");
  const metrics: string[] = [];
  const labels = new Set<string>();
  parser.parse(text).iterate({
    enter({ type, from, to, node }) {
      if (type.isError) throw new Error(`cannot be read at ${from}: ${text}`);
      if (type.name === "Identifier" && node.parent?.name === "VectorSelector")
        metrics.push(text.slice(from, to));
      if (type.name === "LabelName" || (LABELS.has(node.parent?.name ?? "") && type.name === "Identifier"))
        labels.add(text.slice(from, to));
    },
  });
  return metrics.map((metric) => ({ metric, labels: [...labels] }));
}

/** Endings and parts of names that say something, and of which kinds of metrics they may say it. */
const NAMING: readonly (readonly [RegExp, (type: string) => boolean])[] = [
  [/_total$/, (type) => type === "counter"],
  [/_(count|sum|bucket)$/, () => false],
  [/[A-Z]/, () => false],
  // Base units are written out, and the kind is said beside the name.
  [/_(ms|msecs?|secs?|s|kb|mb|gb|b|pct|percent)(_|$)/, () => false],
  [/_(gauge|counter|histogram|summary)(_|$)/, () => false],
];

/** @returns what `promtool check metrics` would have against the names on a page, too */
export function misnamedIn(page: string): string[] {
  return Array.from(page.matchAll(/^# TYPE (\S+) (\S+)$/gm)).flatMap(([, name = "", type = ""]) => [
    ...NAMING.filter(([part, may]) => part.test(name) && !may(type)).map(
      ([part]) => `${type} ${name}: ${part.source}`,
    ),
    ...(type === "counter" && !name.endsWith("_total") ? [`${type} ${name}: has no _total`] : []),
    ...(new RegExp(`^# HELP ${name} \\S`, "m").test(page) ? [] : [`${type} ${name}: has no words`]),
  ]);
}

/** Names of series -> their labels, from a page in the exposition format; no labels where nothing was counted yet. */
export function seriesOf(page: string): Map<string, Set<string>> {
  const series = new Map<string, Set<string>>();
  for (const [, name, type] of page.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const parts = type === "histogram" ? ["_bucket", "_count", "_sum"] : [""];
    for (const part of parts) series.set(`${name}${part}`, new Set());
  }
  for (const line of page.split("\n")) {
    const [, name, inner = ""] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+/.exec(line) ?? [];
    if (name === undefined) continue;
    const labels = series.get(name) ?? new Set<string>();
    for (const [, label] of inner.matchAll(/([a-zA-Z_]\w*)="/g)) labels.add(label!);
    series.set(name, labels);
  }
  return series;
}
