/** What a problem says to a person: title and detail, without saying the same twice. */

export function problemText({ title, detail = "" }: { title: string; detail?: string }): string {
  const same = (text: string): string => text.replace(/[.!:\s]+$/, "").toLowerCase();
  if (same(title).startsWith(same(detail))) return title;
  return same(detail).startsWith(same(title)) ? detail : `${title}: ${detail}`;
}
