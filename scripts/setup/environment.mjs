/** The environment of everything that a command starts: programs, temporary files, proxies. */
import { mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { DATA, NODE, ROOT } from "./paths.mjs";

/** A proxy cannot reach what listens on this machine's loopback. */
const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

/** @returns {Record<string, string>} variables that take the place of the caller's */
export function environment() {
  const tmp = join(DATA, "tmp");
  mkdirSync(tmp, { recursive: true });
  const { PATH = "", NO_PROXY, no_proxy: lower } = process.env;
  const direct = [...new Set([...(lower ?? NO_PROXY ?? "").split(",").filter(Boolean), ...LOOPBACK])].join(
    ",",
  );
  return {
    // The project's Node goes before the system's, for tools whose first line asks for "node".
    PATH: [dirname(NODE), join(ROOT, "node_modules", ".bin"), PATH].join(delimiter),
    // What tools leave when they are killed stays inside the checkout.
    TMPDIR: tmp,
    NO_PROXY: direct,
    no_proxy: direct,
  };
}
