/** What a problem says to a person. */
import type { Problem } from "@myspinbot/contracts/types.ts";

/** Title and detail without saying the same twice, then the fields at fault, a line each. */
export function problemText({
  title,
  detail,
  errors = [],
}: Pick<Problem, "title" | "detail" | "errors">): string {
  const fields = errors.map(({ pointer, detail }) => `\n  ${pointer || "/"}: ${detail}`);
  return sentence(title, detail) + fields.join("");
}

function sentence(title: string, detail: string): string {
  const same = (text: string): string => text.replace(/[.!:\s]+$/, "").toLowerCase();
  if (same(title).startsWith(same(detail))) return title;
  return same(detail).startsWith(same(title)) ? detail : `${title}: ${detail}`;
}
