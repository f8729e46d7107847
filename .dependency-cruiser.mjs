/**
 * The arrows of docs/architecture.md as rules. A folder of the gateway may import itself, the contracts
 * and the folders of its row; whatever is not listed here is refused.
 */
const GATEWAY_ARROWS = {
  // Hands the services that the entry made to the routes, so it names the types of all of them.
  app: [
    "middleware",
    "routes",
    "runs",
    "events",
    "artifacts",
    "files",
    "graphs",
    "capabilities",
    "redis",
    "errors",
    "telemetry",
  ],
  middleware: ["errors", "telemetry"],
  routes: [
    "middleware",
    "runs",
    "events",
    "artifacts",
    "files",
    "graphs",
    "capabilities",
    "errors",
    "telemetry",
  ],
  runs: ["events", "artifacts", "files", "graphs", "capabilities", "redis", "errors"],
  events: ["redis", "errors", "telemetry"],
  artifacts: ["redis", "errors"],
  files: ["artifacts", "graphs", "redis", "errors"],
  capabilities: ["graphs", "redis", "errors", "telemetry"],
  graphs: ["errors"],
  driver: ["engine", "checkpoints", "events", "graphs", "redis", "errors", "telemetry"],
  executor: ["handlers", "graphs", "redis", "errors", "telemetry"],
  webhooks: ["events", "redis", "errors", "telemetry"],
  checkpoints: ["redis"],
  // Reads graph documents by the same pure functions as the routes that checked them.
  engine: ["graphs"],
  handlers: ["errors"],
  redis: ["errors"],
  errors: [],
  telemetry: [],
};

const test = "\\.test\\.ts$";
const folders = Object.keys(GATEWAY_ARROWS).join("|");

const gatewayArrows = Object.entries(GATEWAY_ARROWS).map(([folder, targets]) => ({
  name: `gateway-${folder}`,
  comment: `gateway/src/${folder} may import ${targets.join(", ") || "no other folder"} of the gateway`,
  severity: "error",
  from: { path: `^gateway/src/${folder}(/|\\.ts$)`, pathNot: test },
  to: {
    path: `^gateway/src/(${folders}|config|entry)(/|\\.ts$)`,
    pathNot: `^gateway/src/(${[folder, ...targets].join("|")})(/|\\.ts$)`,
  },
}));

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
      to: { couldNotResolve: true },
    },
    {
      name: "no-barrels",
      comment: "a folder is entered through the module that owns the thing",
      severity: "error",
      from: { path: "^(codegen|gateway|scripts|e2e|bench)/" },
      to: { path: "^(codegen|gateway|scripts|e2e|bench)/.*/index\\.ts$" },
    },
    {
      name: "apps-stay-apart",
      comment: "schemas -> codegen -> generated -> apps; the apps never import each other",
      severity: "error",
      from: { path: "^gateway/src/", pathNot: test },
      to: { path: "^(gpu-node|ui|codegen/src|e2e|bench|scripts)/" },
    },
    {
      name: "generated-stands-alone",
      severity: "error",
      from: { path: "^codegen/generated/" },
      to: { path: "^(codegen/src|gateway|scripts|e2e|bench)/" },
    },
    only("ioredis-behind-redis", { path: "node_modules/ioredis/" }, "^gateway/src/(redis|checkpoints)/"),
    only(
      "node-builtins-at-the-entry",
      { dependencyTypes: ["core"], pathNot: "^(node:)?async_hooks$" },
      "^gateway/src/entry/",
      "everything but the Node entry must run on Workers too",
    ),
    only(
      "config-at-the-entry",
      { path: "^gateway/src/config(/|\\.ts$)" },
      "^gateway/src/(entry|config)(/|\\.ts$)",
    ),
    {
      name: "engine-is-pure",
      comment: "the run engine knows LangGraph and the contracts, nothing else",
      severity: "error",
      from: { path: "^gateway/src/engine/", pathNot: test },
      to: { path: "node_modules/", pathNot: "node_modules/@(langchain|myspinbot)/" },
    },
    ...gatewayArrows,
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
