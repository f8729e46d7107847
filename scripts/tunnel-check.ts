/** `npm run tunnel:check`: judges configurations of cloudflared, by our own rules and, where it is, by cloudflared itself. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fromCaller } from "./caller.ts";
import { readCommandLine } from "./command-line.mjs";
import { ROOT } from "./services/binaries.ts";
import { checkConfigs } from "./tunnel/check-configs.ts";
import { findCloudflared, TunnelError } from "./tunnel/cloudflared.ts";

const { words } = readCommandLine("tunnel:check", process.argv.slice(2));
const ours = join(ROOT, "tunnel");
const own = readdirSync(ours).filter((name) => name.endsWith(".yml"));
const files = words.length > 0 ? words.map(fromCaller) : own.map((name) => join(ours, name));

try {
  const { lines, isRight } = checkConfigs(files, findCloudflared(process.env));
  console.log(lines.join("\n"));
  process.exitCode = isRight ? 0 : 1;
} catch (error) {
  if (!(error instanceof TunnelError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
