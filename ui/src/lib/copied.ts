/** Puts words where pasting takes them from. */

/** Over plain HTTP, as from another device at home, browsers let no page copy. @returns whether it was done */
export async function copied(text: string): Promise<boolean> {
  if (!("clipboard" in navigator)) return false;
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}
