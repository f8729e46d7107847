/** Writes an object's key as a path that means the same key after every URL parser on the way. */

/** Undefined for a key that no URL can carry: `.` and `..` are resolved away, in any spelling. */
export function objectPath(key: string): string | undefined {
  const segments = key.split("/");
  if (key === "" || segments.some((segment) => segment === "." || segment === ".." || !isText(segment)))
    return undefined;
  return `/${segments.map(encodeURIComponent).join("/")}`;
}

/** A lone surrogate has no bytes to be sent. */
function isText(segment: string): boolean {
  return segment.isWellFormed();
}
