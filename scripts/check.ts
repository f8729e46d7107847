/** `npm run check`: says whether everything is as it should be, in both languages; changes nothing. */
import { CHECK_STEPS } from "./check-steps.ts";
import { runSteps } from "./steps.ts";

runSteps(CHECK_STEPS);
