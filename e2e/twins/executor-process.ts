/** One executor of either plane as a process, with an odd node type and, where a test says so, with other limits. */
import { fileURLToPath } from "node:url";
import type { EXECUTOR } from "@myspinbot/contracts/wire.ts";
import type { AppServer } from "@myspinbot/services/app-process.ts";
import { prepareGateway } from "@myspinbot/services/gateway.ts";
import { prepareGpuNode } from "@myspinbot/services/gpu-node.ts";

export const PLANES = ["node", "python"] as const;
export type PlaneName = (typeof PLANES)[number];

/** Takes the place of some of those of wire.json. */
export type Limits = Partial<Record<keyof typeof EXECUTOR, number>>;

export interface Setting {
  dir: string;
  redisUrl: string;
  /** By the names that both apps share. */
  env: Readonly<Record<string, string>>;
  /** What handlers see of the environment. */
  flags: Readonly<Record<string, string>>;
  limits?: Limits;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const NO_STORE = {
  endpoint: "http://127.0.0.1:9",
  region: "us-east-1",
  bucket: "none",
  accessKey: "none",
  secretKey: "none",
};

/** Both languages load a module of ours before anything reads a limit. */
const injected = (limits: Limits, how: Record<string, string>): Record<string, string> =>
  Object.keys(limits).length === 0 ? {} : { TWINS_LIMITS: JSON.stringify(limits), ...how };

const PREPARE: Record<PlaneName, (setting: Setting) => Promise<AppServer>> = {
  node: ({ dir, redisUrl, env, flags, limits = {} }) =>
    prepareGateway({
      ...{ dir, redisUrl, s3: NO_STORE },
      env: {
        ...prefixed("GATEWAY", { ...env, ROLES: "executor" }),
        ...flags,
        ...injected(limits, {
          NODE_OPTIONS: `--import=${new URL("limits/inject.ts", import.meta.url).href}`,
        }),
      },
    }),
  python: ({ dir, redisUrl, env, flags, limits = {} }) =>
    prepareGpuNode({
      ...{ dir, redisUrl, s3: NO_STORE },
      env: {
        ...prefixed("GPU_NODE", {
          ...{ ...env, RENEW_MS: "500", CHILD_ENVIRONMENT: Object.keys(flags).join(",") },
          EXTENSIONS: `${env.EXTENSIONS},${here("../../gpu-node/tests/without_engines.py")}`,
        }),
        ...flags,
        ...injected(limits, { PYTHONPATH: here("limits") }),
      },
    }),
};

export const prepareExecutor = (plane: PlaneName, setting: Setting): Promise<AppServer> =>
  PREPARE[plane]({ ...setting, env: { EXTENSIONS: here("extension"), ...setting.env } });

function prefixed(app: string, env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [`${app}_${name}`, value]));
}
