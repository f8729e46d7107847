/** Everything that dashboards and alerts ask Prometheus for, from the files that Grafana and Prometheus read. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "@myspinbot/services/binaries.ts";
import { parse } from "yaml";

const INFRA = join(ROOT, "infra");

interface Dashboard {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

export function alerts(): Alert[] {
  const text = readFileSync(join(INFRA, "prometheus", "rules", "alerts.yml"), "utf8");
  return (parse(text) as { groups: { rules: Alert[] }[] }).groups.flatMap(({ rules }) => rules);
}

/** @returns title of dashboard and panel, and the expression */
export function panels(): [string, string][] {
  const folder = join(INFRA, "grafana", "dashboards");
  const boards = readdirSync(folder).map(
    (name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Dashboard,
  );
  return boards.flatMap((board) =>
    board.panels.flatMap((panel) =>
      panel.targets.map(({ expr }): [string, string] => [`${board.title}: ${panel.title}`, expr]),
    ),
  );
}

/** @returns where it stands, and the expression */
export function expressions(): [string, string][] {
  return [...panels(), ...alerts().map(({ alert, expr }): [string, string] => [alert, expr])];
}
