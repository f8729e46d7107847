/** Public names of ingress rules: how they are written, and which of them another one hides. */

const LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const HOSTNAME = new RegExp(`^(\\*\\.)?(${LABEL}\\.)+${LABEL}$`, "i");

export interface Named {
  readonly hostname: string;
  readonly path: string;
}

/** Whether a rule takes everything, as the last one must and no other may. */
export function takesAll({ hostname, path }: Named): boolean {
  return (hostname === "" || hostname === "*") && path === "";
}

/** @returns one sentence without its subject, if it cannot be used */
export function wrongHostname(hostname: string): string | undefined {
  if (hostname === "" || hostname === "*" || (HOSTNAME.test(hostname) && hostname.length <= 253))
    return undefined;
  if (/:\d*$/.test(hostname)) return "has a hostname with a port, and ports are no part of it";
  if (hostname.includes("*", 1)) return "has a * that is not the whole first part, as in *.example.org";
  return "has a hostname that is none, as in jobs.example.org";
}

/** @returns the earlier rule that takes all that this one would, counted from 0; undefined if none */
export function hiddenBy(rules: readonly Named[], index: number): number | undefined {
  const { hostname, path } = rules[index]!;
  const found = rules
    .slice(0, index)
    .findIndex((earlier) => covers(earlier.hostname, hostname) && ["", path].includes(earlier.path));
  return found === -1 ? undefined : found;
}

function covers(earlier: string, later: string): boolean {
  // A rule for every name with a path is for others than those without: only the same name is compared.
  const [one, other] = [earlier.toLowerCase(), later.toLowerCase()];
  return one === other || (one.startsWith("*.") && other.endsWith(one.slice(1)));
}
