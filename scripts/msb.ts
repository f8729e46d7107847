/** `npm run msb -- …`: the command line of the client, in the folder where it was typed. */
import { CALLER } from "./caller.ts";

process.chdir(CALLER);
await import("@myspinbot/client/cli/main.ts");
