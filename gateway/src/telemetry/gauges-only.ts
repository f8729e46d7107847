/**
 * Metrics where many short-lived copies of the gateway answer: what each of them counts would be told as if it were all,
 * so only that is shown which is read from Redis.
 */
import { GAUGES, REDIS_UP, STORE_UP } from "./gauge-table.ts";
import { noMetrics, type GaugeValues, type Metrics, type Surroundings } from "./metrics.ts";

export const gaugesOnly: Metrics = {
  ...noMetrics,
  render: async (gauges, around) => ({
    body: toText(gauges, around),
    contentType: "text/plain; version=0.0.4; charset=utf-8",
  }),
};

function toText(gauges: GaugeValues | undefined, around: Surroundings): string {
  const read = gauges
    ? GAUGES.flatMap(({ name, help, label, values }) => [
        ...head(name, help),
        ...values(gauges, around).map(
          ([of, value]) => `${name}{${label}="${of.replaceAll(/[\\"\n]/g, "_")}"} ${value}`,
        ),
      ])
    : [];
  const up = [
    ...head(REDIS_UP.name, REDIS_UP.help),
    `${REDIS_UP.name} ${gauges ? 1 : 0}`,
    ...head(STORE_UP.name, STORE_UP.help),
    `${STORE_UP.name} ${around.storeUp ? 1 : 0}`,
  ];
  return [...up, ...read, ""].join("\n");
}

function head(name: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`];
}
