/** What dependency-cruiser refuses: the arrows of scripts/guards/arrows.mjs, and what only some places may import. */
import { arrowRules } from "./scripts/guards/arrows.mjs";

const test = "\\.test\\.ts$";

const NODE_ENTRY = "^gateway/src/entry/nodejs/";
const EDGE_ENTRY = "^gateway/src/entry/cloudflare/";

const only = (name, to, mayImport, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: "^gateway/src/", pathNot: [test, mayImport] },
  to,
});

export default {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-unresolved",
      severity: "error",
      from: { pathNot: "^codegen/generated/" },
      // What the page's framework makes itself while it builds.
      to: { couldNotResolve: true, pathNot: "^\\$app/" },
    },
    {
      name: "no-barrels",
      comment: "a folder is entered through the module that owns the thing",
      severity: "error",
      from: {},
      to: { path: "/index\\.(ts|tsx|js|mjs)$", pathNot: "node_modules/" },
    },
    only("ioredis-behind-redis", { path: "node_modules/ioredis/" }, "^gateway/src/(redis|checkpoints)/"),
    only(
      "node-builtins-at-the-entry",
      { dependencyTypes: ["core"], pathNot: "^(node:)?async_hooks$" },
      `${NODE_ENTRY}|${EDGE_ENTRY}socket-stream\\.ts$`,
      "everything but the Node entry must run on Workers too; there the Redis client takes streams of Node's only",
    ),
    only(
      "edge-takes-streams-only",
      { dependencyTypes: ["core"], pathNot: "^(node:)?(async_hooks|stream)$" },
      NODE_ENTRY,
      "of what Workers offer of Node, streams are used and no more",
    ),
    only(
      "edge-entry-by-itself",
      { path: EDGE_ENTRY },
      EDGE_ENTRY,
      "what is common to the runtimes knows none of them",
    ),
    only(
      "node-entry-by-itself",
      { path: NODE_ENTRY },
      NODE_ENTRY,
      "what is common to the runtimes knows none of them",
    ),
    {
      name: "run-engine-is-pure",
      comment: "the run engine knows LangGraph and the contracts, nothing else",
      severity: "error",
      from: { path: "^gateway/src/run-engine/", pathNot: test },
      to: { path: "node_modules/", pathNot: "node_modules/@(langchain|myspinbot)/" },
    },
    {
      name: "client-runs-everywhere",
      comment: "the client runs in Node, browsers and Workers",
      severity: "error",
      from: { path: "^client/src/", pathNot: test },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "client-is-small",
      comment: "a page loads the client: no validators, no document, one package",
      severity: "error",
      from: { path: "^client/src/", pathNot: test },
      to: {
        path: ["node_modules/", "^codegen/generated/ts/"],
        pathNot: [
          "node_modules/eventsource-parser/",
          "^codegen/generated/ts/(types|routes|problem-types|wire)\\.ts$",
        ],
      },
    },
    {
      name: "client-without-terminal",
      comment: "what runs everywhere knows nothing of the command line",
      severity: "error",
      from: { path: "^client/src/", pathNot: test },
      to: { path: "^client/cli/" },
    },
    ...arrowRules(import.meta.dirname),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)node_modules/.*/node_modules/|^e2e/api-clients/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
