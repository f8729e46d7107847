/** What can be run here, as clients ask before they submit. */

import { GRAPHS } from "@myspinbot/contracts/graphs.ts";
import type { Executor } from "@myspinbot/contracts/types.ts";
import { expect, it } from "vitest";
import { createNodeTypes } from "../graphs/node-types.ts";
import { toCapabilities } from "./capabilities.ts";

const TYPES = createNodeTypes().list();

/** Somebody who can do all that executors do. */
function everybody(): Executor {
  return {
    ...{ executor_id: "exec_01M825NM00000000000000000A", plane: "python", pool: "default", version: "1" },
    ...{ status: "online", last_seen_ms: 0, slots: 1, labels: {} },
    node_types: TYPES.filter(({ type }) => type !== "approval").map(({ type, schema_digest, engines }) => ({
      ...{ type, schema_digest },
      engines: engines.map((name) => ({ name, available: true })),
    })),
  };
}

it("has somebody for every node of every shipped graph when all executors are there, approvals among them", () => {
  const { node_types } = toCapabilities(TYPES, [everybody()]);
  const online = new Map(node_types.map((row) => [row.type, row.executors_online]));
  const nodes = Object.values(GRAPHS).flatMap((graph) => graph.nodes);
  const lonely = nodes.filter(({ type }) => type !== undefined && (online.get(type) ?? 0) === 0);
  expect(lonely.map(({ id, type }) => `${id}: ${type}`)).toEqual([]);
  expect(
    toCapabilities(TYPES, []).node_types.find(({ type }) => type === "generate_script")?.executors_online,
  ).toBe(0);
});
