/** A quick tunnel of cloudflared to a gateway on this machine: no account, no domain, an address that dies with it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Service } from "../services/service.ts";
import type { Cloudflared } from "./cloudflared.ts";

export interface QuickTunnel {
  readonly service: Service;
  /** Of the present child, once it has said it. */
  publicUrl(): string | undefined;
}

/** In place of the person's own configuration: with one, cloudflared makes no quick tunnel. */
const CONFIG = "no-autoupdate: true\n";
/** `api` is whom cloudflared asks for a tunnel. */
const PUBLIC_URL = /https:\/\/(?!api\.)[a-z0-9-]+\.trycloudflare\.com/;

interface Way {
  /** Where what comes in is led to. */
  readonly to: string;
  /** Whose name is asked for there: the gateway serves its own only. */
  readonly gateway: string;
}

/** Made, not started. */
export function quickTunnel(cloudflared: Cloudflared, dir: string, { to, gateway }: Way): QuickTunnel {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const [config, logFile] = [join(dir, "cloudflared.yml"), join(dir, "cloudflared.log")];
  writeFileSync(config, CONFIG);
  rmSync(logFile, { force: true });
  const publicUrl = (): string | undefined => PUBLIC_URL.exec(readFileSync(logFile, "utf8"))?.[0];
  const { host } = new URL(gateway);
  const service = new Service({
    name: "cloudflared",
    command: cloudflared.path,
    args: [
      ...["tunnel", "--config", config, "--no-autoupdate"],
      ...["--url", to, "--http-host-header", host],
    ],
    logFile,
    isReady: async () => publicUrl() !== undefined,
    readyWithinMs: 60_000,
    stopSignal: "SIGINT",
    graceMs: 10_000,
  });
  return { service, publicUrl };
}
