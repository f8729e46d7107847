/** `npm run keys -- create|list|revoke`: hands API keys over to the gateway's own command, with its Redis. */
import { readCommandLine } from "./command-line.mjs";
import { keysStep } from "./keys-step.ts";
import { runStep } from "./steps.ts";

const args = process.argv.slice(2);
readCommandLine("keys", args);
process.exitCode = runStep(keysStep(args));
