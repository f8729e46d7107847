/** `npm run audit`: asks for published weaknesses of what we pin. It needs the world, so it is no part of check. */
import { readFileSync } from "node:fs";
import { type Explained, judge } from "./audit/answer.ts";
import { askNpm } from "./audit/npm.ts";
import { askPython } from "./audit/python.ts";

const { explained } = JSON.parse(readFileSync(new URL("audit/explained.json", import.meta.url), "utf8")) as {
  explained: Explained[];
};

const { lines, status } = judge([askNpm(), ...(await askPython())], explained);
console.log(lines.join("\n"));
const SAYS = {
  0: "All is known, and clean or explained.",
  1: "Mend it, or explain it in scripts/audit/explained.json.",
  3: "Not all is known: this says nothing about the packages that nobody could be asked about. Ask where the registries answer.",
};
console.log(`\n${SAYS[status]}`);
process.exitCode = status;
