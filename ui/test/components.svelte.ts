/** Mounts one component of the page alone, for a test that drives the browser from outside: props go in, what it tells comes out. */
import type { Graph as GraphDocument } from "@myspinbot/contracts/types.ts";
import { type Component, flushSync, mount } from "svelte";
import "../src/app.css";
import FieldRow from "../src/lib/form/field-row.svelte";
import { formOf } from "../src/lib/form/fields.ts";
import type { Schema } from "../src/lib/form/schema.ts";
import Graph from "../src/lib/graph/graph.svelte";
import Band from "../src/lib/run/band.svelte";
import Curve from "../src/lib/run/curve.svelte";
import Ending from "../src/lib/run/ending.svelte";
import Events from "../src/lib/run/events.svelte";
import Log from "../src/lib/run/log.svelte";
import Media from "../src/lib/run/media.svelte";
import { partsOf } from "../src/lib/run/progress.ts";
import type { NodeView } from "../src/lib/run/run-view.ts";

type Props = Record<string, unknown>;

interface Row {
  component: unknown;
  /** What it is given, of what a test can send: that is plain data. */
  props?: (sent: Props) => Props;
}

const EMPTY = { run: { run_id: "r" }, nodes: [], artifacts: [], logs: [], gaps: [] };
const eventsOf = (from: number, to: number): object[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    ...{ seq: from + i, at: "2026-01-01T00:00:00.000Z", type: "node.progress" },
    ...{ node_id: (from + i) % 5_000 === 1 ? "speech" : "film", data: { done: i } },
  }));

const ROWS: Readonly<Record<string, Row>> = {
  band: {
    component: Band,
    props: ({ nodes, graph, now }) => ({ parts: partsOf(nodes as NodeView[], graph as GraphDocument), now }),
  },
  curve: { component: Curve },
  ending: { component: Ending },
  events: {
    component: Events,
    // So many, and every five thousandth is of another node: that is quicker than to send them.
    props: ({ from, to, node }) => ({
      node,
      view: { ...EMPTY, seq: to, events: eventsOf(from as number, to as number) },
    }),
  },
  field: {
    component: FieldRow,
    props: ({ schema, ...rest }) => ({
      ...rest,
      field: formOf(schema as Schema).groups[0]?.fields[0],
      row: FieldRow,
    }),
  },
  graph: { component: Graph },
  log: { component: Log },
  media: { component: Media },
};

let sent = $state.raw<Props>({});
/** What the component has told, in order: by which callback, and what. */
const told: [callback: string, value: unknown][] = [];

/**
 * @param first all that `set` will change later, too
 * @param hears callbacks, each with the prop that becomes what it tells, as its owner would make it; none where that is ""
 */
function show(name: string, first: Props, hears: Readonly<Record<string, string>>): void {
  const row = ROWS[name];
  const target = document.getElementById("here");
  if (row === undefined || target === null) throw new Error(`no component ${name}`);
  sent = first;
  const given = $derived(row.props?.(sent) ?? sent);
  const callbacks = Object.entries(hears).map(([callback, prop]) => {
    const tell = (value: unknown): void => {
      told.push([callback, value]);
      if (prop !== "") sent = { ...sent, [prop]: value };
    };
    return [callback, tell] as const;
  });
  const props: Props = Object.fromEntries(callbacks);
  for (const key of Object.keys(given))
    Object.defineProperty(props, key, { get: () => given[key], enumerable: true });
  mount(row.component as Component<Props>, { target, props });
  flushSync();
}

function set(changed: Props): void {
  sent = { ...sent, ...changed };
  flushSync();
}

Object.assign(globalThis, { components: { show, set, told } });
