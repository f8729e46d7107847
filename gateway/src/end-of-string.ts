/** Finds where a string of a JSON text ends. */

const BACKSLASH = 0x5c;

/**
 * Index of the quote that ends the string which begins at `start`, or the length of the text. The runtime looks for the
 * next quote many times faster than a loop over the characters would, and most of most bodies lies in strings.
 */
export function endOfString(text: string, start: number): number {
  let end = start;
  do end = text.indexOf('"', end + 1);
  while (end >= 0 && isEscaped(text, end));
  return end < 0 ? text.length : end;
}

/** Behind an odd number of backslashes. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}
