/** A dashboard's table as the JSON that Grafana reads. */
import type { Board, Panel } from "./board.ts";

const DATASOURCE = { type: "prometheus", uid: "prometheus" };
const COLUMNS = 2;
const WIDTH = 24 / COLUMNS;
const HEIGHT = 8;

export function toGrafana({ uid, title, panels }: Board): object {
  return {
    uid,
    title,
    tags: ["myspinbot"],
    timezone: "browser",
    editable: false,
    schemaVersion: 39,
    refresh: "30s",
    time: { from: "now-3h", to: "now" },
    panels: panels.map(toPanel),
  };
}

function toPanel({ title, about, unit, lines }: Panel, index: number): object {
  return {
    id: index + 1,
    type: "timeseries",
    title,
    description: about,
    datasource: DATASOURCE,
    gridPos: {
      x: (index % COLUMNS) * WIDTH,
      y: Math.floor(index / COLUMNS) * HEIGHT,
      w: WIDTH,
      h: HEIGHT,
    },
    fieldConfig: {
      defaults: { unit, min: 0, custom: { fillOpacity: 10, showPoints: "never" } },
      overrides: [],
    },
    options: {
      legend: { displayMode: "list", placement: "bottom" },
      tooltip: { mode: "multi", sort: "desc" },
    },
    targets: lines.map(([expr, legendFormat], line) => ({
      refId: String.fromCharCode(65 + line),
      datasource: DATASOURCE,
      expr,
      legendFormat,
    })),
  };
}
