/** What is told about a run below its stage, one thing at a time, each loaded when it is looked at. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { Component } from "svelte";
import type { RunView } from "./run-view.ts";

/** Each takes what it needs of it. */
export interface TabProps {
  view: RunView;
  /** The one that was chosen. */
  node: string | undefined;
  /** Null where it cannot be read: with a link to one run, or when it has no name here; undefined until that is known. */
  graph: Graph | null | undefined;
  onchoose: (node_id: string | undefined) => void;
}

export interface Tab {
  value: string;
  title: string;
  count?: (view: RunView) => number;
  load: () => Promise<{ default: Component<TabProps> }>;
  /** Whoever has a link to one run may not read it. */
  isPrivate?: true;
}

/** The first is what is told when nothing else was chosen. */
const TABS: readonly [Tab, ...Tab[]] = [
  { value: "graph", title: "Graph", load: () => import("#lib/graph/graph.svelte") },
  { value: "time", title: "Time", load: () => import("./time.svelte") },
  { value: "log", title: "Log", load: () => import("./log.svelte") },
  {
    ...{ value: "files", title: "Files", load: () => import("./files.svelte") },
    count: ({ artifacts }) => artifacts.length,
  },
  { value: "input", title: "Input", load: () => import("./input.svelte") },
  {
    ...{ value: "events", title: "Events", load: () => import("./events.svelte") },
    count: ({ seq }) => seq,
  },
  {
    ...{ value: "deliveries", title: "Deliveries", load: () => import("./deliveries.svelte") },
    isPrivate: true,
  },
];

export function tabsOf(isWatcher: boolean): Tab[] {
  return TABS.filter(({ isPrivate }) => !isWatcher || isPrivate === undefined);
}

export function tabOf(value: string, tabs: readonly Tab[]): Tab {
  return tabs.find((tab) => tab.value === value) ?? TABS[0];
}
