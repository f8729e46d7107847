/** The arrows of docs/architecture.md as tables, compared with the folders on the disk: who may import whom. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Every folder and every file in gateway/src has a row here: what it may import of the gateway besides itself.
 * Whatever is not in a row is refused, and so is a row of something that is not there.
 */
export const GATEWAY_ARROWS = {
  // Starts everything, so it may name everything.
  entry: [
    ..."access addresses app app-env artifacts capabilities clock config connected deliverer driver".split(
      " ",
    ),
    ..."errors events executor files graphs handlers health ids middleware page passing-bytes process-wide".split(
      " ",
    ),
    ...["redis", "runs", "telemetry", "webhooks"],
  ],
  // Lives as long as the process, so neither it nor the routes can name a connection's Redis.
  app: ["app-env", "connected", "middleware", "process-wide", "routes", "runs"],
  // API keys, run tokens, limits: who may ask for what.
  access: ["clock", "errors", "graphs", "ids", "redis", "run-id", "soon"],
  // Values and plain data: what may outlive a request.
  "process-wide": [
    ..."access capabilities clock graphs health owner page passing-bytes runs telemetry webhooks".split(" "),
  ],
  // Makes what talks through a connection.
  connected: [..."access artifacts capabilities events files process-wide redis runs webhooks".split(" ")],
  routes: [
    ..."access app-env artifacts capabilities clock errors estimates events files graphs health ids".split(
      " ",
    ),
    ..."middleware operators passing-bytes runs telemetry webhooks".split(" "),
  ],
  middleware: [
    ..."access app-env clock connected end-of-string errors exact-numbers ids owner page".split(" "),
    ...["passing-bytes", "soon", "telemetry"],
  ],
  // Whose run it is stands in the request's environment.
  runs: [
    ..."access app-env artifacts capabilities clock errors estimates events files graphs ids owner".split(
      " ",
    ),
    // A fork reads what a run's engine and checkpoints hold.
    ...["checkpoints", "run-engine", "redis", "run-id", "soon", "webhooks"],
  ],
  // A run's own webhook is judged with it, so these know nothing of runs.
  webhooks: ["clock", "errors", "graphs", "ids", "redis", "run-id"],
  deliverer: ["clock", "ids", "redis", "telemetry", "webhooks"],
  // When runs begin and end, by what is kept of those before.
  estimates: ["errors", "graphs", "health", "redis", "run-engine"],
  operators: ["capabilities", "clock", "errors", "health", "redis", "telemetry"],
  events: ["clock", "errors", "redis", "run-id", "telemetry"],
  files: ["artifacts", "clock", "errors", "graphs", "ids", "owner", "passing-bytes", "redis"],
  artifacts: ["clock", "errors", "owner", "passing-bytes", "redis"],
  capabilities: ["clock", "errors", "graphs", "redis", "telemetry"],
  health: ["artifacts", "errors", "redis", "telemetry"],
  driver: [
    ..."capabilities checkpoints clock errors events exact-numbers graphs ids owner recent-map".split(" "),
    ..."redis estimates run-engine run-id telemetry".split(" "),
  ],
  executor: [
    ..."clock errors graphs handlers ids langgraph-name langgraph-storage own-field recent-map redis telemetry".split(
      " ",
    ),
  ],
  checkpoints: ["redis"],
  // Reads graph documents by the same pure functions as the routes that checked them.
  "run-engine": ["graphs", "langgraph-name", "langgraph-storage", "own-field", "recent-map"],
  graphs: ["errors", "recent-map", "soon"],
  handlers: ["errors"],
  redis: ["addresses", "clock", "errors"],
  "exact-numbers": ["end-of-string", "errors"],
  config: ["addresses", "middleware"],
  owner: [],
  page: [],
  "passing-bytes": [],
  addresses: [],
  "end-of-string": [],
  errors: [],
  telemetry: [],
  "app-env": ["access", "connected"],
  clock: [],
  ids: [],
  "run-id": [],
  soon: [],
  "recent-map": [],
  "langgraph-name": [],
  "langgraph-storage": [],
  "own-field": [],
};

/** Every folder of the repository that holds TypeScript or JavaScript: the others that it may import. */
export const HOUSE_ARROWS = {
  "codegen/generated": [],
  codegen: ["codegen/generated"],
  gateway: ["codegen/generated"],
  client: ["codegen/generated"],
  ui: ["codegen/generated", "client"],
  // The stand-in edge: other people's servers, with our certificates.
  tunnel: ["scripts/services"],
  scripts: ["codegen/generated", "client", "tunnel"],
  e2e: ["codegen/generated", "client", "scripts", "tunnel"],
  // Measures the parts of the gateway by themselves.
  // The page is measured in the browser that its tests drive.
  bench: ["codegen/generated", "client", "e2e", "scripts", "gateway", "tunnel"],
  docs: [],
  // What images are built with.
  infra: ["scripts"],
};

/** Folders of other languages and of data: whoever imports from them is refused. */
const NO_CODE = ["gpu-node", "schemas", "graphs"];

/** What tests of a folder may import besides: they start real servers. */
export const TEST_ARROWS = { gateway: ["scripts/services", "client"], client: ["scripts/services"] };

const CODE = /\.([cm]?[tj]s|[tj]sx|svelte)$/;
const NOT_OURS = new Set(["node_modules", "dist"]);

/** The folders of the root that hold code, for the tool to look into: also where none is expected. */
export function codeFolders(root) {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !NOT_OURS.has(entry.name))
    .map((entry) => entry.name)
    .filter((name) => holdsCode(join(root, name)))
    .sort();
}

/** What has to have a row among the gateway's: its folders, and its files but for tests. */
function gatewayParts(root) {
  const folder = join(root, "gateway/src");
  return readdirSync(folder)
    .filter((name) => !/\.test\.ts$/.test(name))
    .filter((name) => statSync(join(folder, name)).isDirectory() || CODE.test(name))
    .map((name) => name.replace(CODE, ""))
    .sort();
}

/** @type {{ gateway: Readonly<Record<string, readonly string[]>>, house: Readonly<Record<string, readonly string[]>> }} */
const TABLES = { gateway: GATEWAY_ARROWS, house: HOUSE_ARROWS };

/** What tables and disk disagree about, in words that say what to do; empty when nothing. */
export function disagreements(root, { gateway, house } = TABLES) {
  const parts = gatewayParts(root);
  const known = new Set([...parts, ...Object.keys(gateway)]);
  return [
    ...parts
      .filter((part) => !Object.hasOwn(gateway, part))
      .map((part) => `gateway/src/${part} has no row in GATEWAY_ARROWS: say there what it may import`),
    ...Object.keys(gateway)
      .filter((part) => !parts.includes(part))
      .map((part) => `GATEWAY_ARROWS has a row for gateway/src/${part}, which does not exist: delete it`),
    ...Object.entries(gateway).flatMap(([part, targets]) =>
      targets
        .filter((target) => !known.has(target))
        .map((target) => `GATEWAY_ARROWS lets ${part} import ${target}, which does not exist: delete it`),
    ),
    ...codeFolders(root)
      .filter((folder) => !Object.hasOwn(house, folder))
      .map((folder) => `${folder}/ holds code and has no row in HOUSE_ARROWS: say there what it may import`),
  ];
}

const TEST = "\\.test\\.ts$";
const TEST_CODE = `(${TEST}|/test/)`;

/** dependency-cruiser's rules of both tables. @throws Error when they and the disk disagree */
export function arrowRules(root) {
  const wrong = disagreements(root);
  if (wrong.length > 0) throw new Error(`the arrows and the folders disagree:\n${wrong.join("\n")}`);
  return [
    ...Object.entries(GATEWAY_ARROWS).map(([part, targets]) => ({
      name: `gateway-${part}`,
      comment: `gateway/src/${part} may import ${targets.join(", ") || "nothing else"} of the gateway`,
      severity: "error",
      from: { path: `^gateway/src/${part}(/|\\.ts$)`, pathNot: TEST },
      to: {
        path: "^gateway/",
        pathNot: `^gateway/(src/(${[part, ...targets].join("|")})(/|\\.ts$)|package\\.json$)`,
      },
    })),
    ...Object.entries(HOUSE_ARROWS).flatMap(([folder, targets]) => [
      house(folder, targets, {
        name: "house",
        from: { path: `^${folder}/`, pathNot: [TEST_CODE, ...inner(folder)] },
      }),
      house(folder, [...targets, ...(TEST_ARROWS[folder] ?? [])], {
        name: "tests",
        from: { path: `^${folder}/.*${TEST_CODE}`, pathNot: inner(folder) },
      }),
    ]),
  ];
}

/** @returns whether a file of code lies in the folder, at any depth */
function holdsCode(folder) {
  return readdirSync(folder, { withFileTypes: true }).some(
    (entry) =>
      (entry.isFile() && CODE.test(entry.name)) ||
      (entry.isDirectory() && !NOT_OURS.has(entry.name) && holdsCode(join(folder, entry.name))),
  );
}

function house(folder, targets, { name, from }) {
  return {
    name: `${name}-${folder.replace("/", "-")}`,
    comment: `${folder} may import ${targets.join(", ") || "no other folder"}`,
    severity: "error",
    from,
    to: {
      path: `^(${[...Object.keys(HOUSE_ARROWS), ...NO_CODE].join("|")})/`,
      pathNot: [`^(${[folder, ...targets].join("|")})/`, "node_modules/"],
    },
  };
}

/** Folders within this one that have rows of their own. */
function inner(folder) {
  return Object.keys(HOUSE_ARROWS)
    .filter((other) => other.startsWith(`${folder}/`))
    .map((other) => `^${other}/`);
}
