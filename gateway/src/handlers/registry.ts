/** The handlers of the node plane: one line per node type. */
import { generateScript } from "./generate-script/generate-script.ts";
import type { Handlers } from "./handler.ts";

export const HANDLERS: Handlers = {
  generate_script: generateScript,
};
