/** `npm run voices`: a short sample of each voice, and a page to hear them; --help lists the options. */
import { join, resolve } from "node:path";
import { ROOT, VENV } from "./services/binaries.ts";
import { runStep } from "./steps.ts";

const args = process.argv.slice(2);
const out = args.indexOf("--out");
// Relative paths are the caller's, not the repository's: npm tells where it was called.
if (out >= 0 && args[out + 1] !== undefined)
  args[out + 1] = resolve(process.env.INIT_CWD ?? process.cwd(), args[out + 1] as string);
process.exitCode = runStep({
  name: "voices",
  command: join(VENV, "bin", "python"),
  args: [
    "-u",
    join(ROOT, "gpu-node", "scripts", "voice_samples.py"),
    ...["--models", join(ROOT, ".data", "models")],
    ...["--out", join(ROOT, ".data", "voices")],
    ...args,
  ],
});
