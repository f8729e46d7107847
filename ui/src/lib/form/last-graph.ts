/** Which graph somebody made something with last. */

const NAME = "last-graph";
export const FIRST = "talking-avatar";

export function lastGraph(): string {
  try {
    return localStorage.getItem(NAME) ?? FIRST;
  } catch {
    return FIRST;
  }
}

export function keepLastGraph(name: string): void {
  try {
    localStorage.setItem(NAME, name);
  } catch {
    // Then the first is the last.
  }
}
