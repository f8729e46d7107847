/** Makes the bundle of the Worker, exactly as it would be deployed. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./binaries.ts";
import { ServiceError } from "./service.ts";

/** Nothing of this asks the network. */
const OFFLINE = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

export interface EdgeBundle {
  /** The one module of it. */
  file: string;
  /** What wrangler.toml says of the runtime. */
  compatibilityDate: string;
  compatibilityFlags: string[];
  /** Folder of the static files that are deployed with it. */
  assets: string;
}

/**
 * @param dir where it is written; made if absent
 * @param main in place of the one of wrangler.toml, relative to the root
 * @throws ServiceError with what wrangler said
 */
export async function bundleEdge(dir: string, main?: string): Promise<EdgeBundle> {
  mkdirSync(dir, { recursive: true });
  const wrangler = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");
  const where = ["--env", "production", "--dry-run", "--outdir", dir, "--metafile", join(dir, "meta.json")];
  const { code, said } = await run([wrangler, "deploy", ...(main ? [main] : []), ...where]);
  if (code !== 0) throw new ServiceError(`wrangler could not bundle the Worker:\n${said}`);
  const toml = readFileSync(join(ROOT, "wrangler.toml"), "utf8");
  const [, date = ""] = /^compatibility_date = "([^"]+)"$/m.exec(toml) ?? [];
  const [, flags = ""] = /^compatibility_flags = \[([^\]]*)\]$/m.exec(toml) ?? [];
  const [, assets = ""] = /^directory = "([^"]+)"$/m.exec(toml) ?? [];
  return {
    file: join(dir, `${(main ?? "worker").replace(/^.*\/|\.ts$/g, "").replace(/\.ts$/, "")}.js`),
    compatibilityDate: date,
    compatibilityFlags: [...flags.matchAll(/"([^"]+)"/g)].map(([, flag = ""]) => flag),
    assets: join(ROOT, assets),
  };
}

function run(args: string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...OFFLINE } });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (part: Buffer) => (said += part.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, said }));
  });
}
