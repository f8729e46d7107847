/** `npm run share`: lets others in to the running gateway for a while, by a quick tunnel and a key that ends with it. */
import { join } from "node:path";
import { readCommandLine } from "./command-line.mjs";
import { untilStopped } from "./lifetime.ts";
import { ROOT } from "./services/binaries.ts";
import { ServiceError } from "./services/service.ts";
import { takeFolder } from "./sole-owner.ts";
import { findCloudflared, TunnelError } from "./tunnel/cloudflared.ts";
import { guestKeys } from "./tunnel/guest-keys.ts";
import { share } from "./tunnel/share.ts";

const FOLDER = join(ROOT, ".data", "share");

interface Options {
  readonly port?: string;
  readonly owner?: string;
}

const { port = "8787", owner = "guest" }: Options = readCommandLine("share", process.argv.slice(2)).values;
if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
  console.error("--port must be a port, 1 to 65535.");
  process.exit(2);
}

const stopped = untilStopped();
try {
  const cloudflared = findCloudflared(process.env);
  if (cloudflared === undefined)
    throw new TunnelError(
      "cloudflared is not on this machine: install it as its makers say, or name it in CLOUDFLARED_BIN.",
    );
  if (!(await takeFolder(FOLDER)))
    throw new TunnelError("npm run share runs already in this checkout: stop it first.");
  await share({
    ...{ cloudflared, stopped, dir: FOLDER, keys: guestKeys(owner) },
    gateway: `http://127.0.0.1:${Number(port)}`,
    say: (text) => console.log(text),
  });
} catch (error) {
  if (!(error instanceof TunnelError || error instanceof ServiceError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
process.exit();
