/** What Cloudflare runs. */
import manifest from "../../../package.json" with { type: "json" };
import { createWorker } from "./create-worker.ts";

export default createWorker(manifest.version);
