/** The environment of everything that a command starts: programs, temporary files, proxies. */
import { mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { DATA, NODE, ROOT } from "./paths.mjs";

/** A proxy cannot reach what listens on this machine's loopback. */
const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

/** Programs and libraries phone home unless they are told not to, some of them as soon as they are imported. */
const QUIET = {
  ORT_DISABLE_TELEMETRY: "1",
  DO_NOT_TRACK: "1",
  HF_HUB_DISABLE_TELEMETRY: "1",
  LANGSMITH_TRACING: "false",
  LANGCHAIN_TRACING_V2: "false",
  LANGGRAPH_CLI_NO_ANALYTICS: "1",
  WRANGLER_SEND_METRICS: "false",
  npm_config_update_notifier: "false",
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
};

/** @returns {Record<string, string>} variables that take the place of the caller's */
export function environment() {
  const tmp = join(DATA, "tmp");
  mkdirSync(tmp, { recursive: true });
  const { PATH = "", NO_PROXY, no_proxy: lower } = process.env;
  const direct = [...new Set([...(lower ?? NO_PROXY ?? "").split(",").filter(Boolean), ...LOOPBACK])].join(
    ",",
  );
  return {
    ...QUIET,
    // The project's Node goes before the system's, for tools whose first line asks for "node".
    PATH: [dirname(NODE), join(ROOT, "node_modules", ".bin"), PATH].join(delimiter),
    // What tools leave when they are killed stays inside the checkout.
    TMPDIR: tmp,
    NO_PROXY: direct,
    no_proxy: direct,
  };
}
