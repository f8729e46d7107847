/** Finds cloudflared on this machine. It is in no registry, so nothing here installs it. */
import { spawnSync } from "node:child_process";

/** Cannot go on; the message is one sentence for a person. */
export class TunnelError extends Error {}

export interface Cloudflared {
  readonly path: string;
  readonly version: string;
}

/** With the first that lets Workers in by a VPC network. Years, months and numbers, as in its own versions. */
const OLDEST = "2025.7.0";
const PATIENCE_MS = 20_000;

/**
 * @returns undefined where none is on PATH
 * @throws {TunnelError} when what CLOUDFLARED_BIN names, or what PATH has, is no cloudflared, or too old
 */
export function findCloudflared(env: Readonly<Record<string, string | undefined>>): Cloudflared | undefined {
  const named = env.CLOUDFLARED_BIN || undefined;
  const path = named ?? "cloudflared";
  const { status, stdout, error } = spawnSync(path, ["--version"], {
    encoding: "utf8",
    env,
    timeout: PATIENCE_MS,
  });
  const isAbsent = error !== undefined && "code" in error && error.code === "ENOENT";
  if (named === undefined && isAbsent) return undefined;
  const version = status === 0 ? /^cloudflared version (\S+)/.exec(stdout)?.[1] : undefined;
  if (version !== undefined && isOld(version))
    throw new TunnelError(`cloudflared ${version} (${path}) is too old: ${OLDEST} or newer is needed.`);
  if (version !== undefined) return { path, version };
  const whose = named === undefined ? "cloudflared on PATH" : `CLOUDFLARED_BIN (${named})`;
  throw new TunnelError(
    `${whose} does not say what version of cloudflared it is${error ? `: ${error.message}` : ""}.`,
  );
}

/** Builds of its makers' own say no number. */
function isOld(version: string): boolean {
  return /^\d+\.\d+\.\d+/.test(version) && version.localeCompare(OLDEST, "en", { numeric: true }) < 0;
}
