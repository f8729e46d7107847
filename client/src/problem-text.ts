/** What a problem says to a person. */
import type { Problem } from "@myspinbot/contracts/types.ts";

/** Title and detail without saying the same twice, then the fields at fault that were not named yet, a line each. */
export function problemText({
  title,
  detail,
  errors = [],
}: Pick<Problem, "title" | "detail" | "errors">): string {
  const said = sentence(title, detail);
  const fields = errors
    .filter((error) => !said.includes(`${error.pointer || "it"} ${error.detail}`))
    .map((error) => `\n  ${error.pointer || "/"}: ${error.detail}`);
  return said + fields.join("");
}

function sentence(title: string, detail: string): string {
  const same = (text: string): string => text.replace(/[.!:\s]+$/, "").toLowerCase();
  if (same(title).startsWith(same(detail))) return title;
  return same(detail).startsWith(same(title)) ? detail : `${title}: ${detail}`;
}
