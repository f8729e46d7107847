/** `npm run check`: says whether everything is as it should be, in both languages; changes nothing. */
import { CHECK_STEPS } from "./check-steps.ts";
import { runStepsAtOnce } from "./steps.ts";

/** Most tools need one core. */
const AT_ONCE = 2;

await runStepsAtOnce(CHECK_STEPS, AT_ONCE);
