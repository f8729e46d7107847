/** Addresses of the route table with their parameters filled in. */

type Values = Readonly<Record<string, string | number | undefined>>;

/** @throws TypeError for a value that is no segment of a path: empty, `.` and `..` would lead to another route */
export function addressOf(base: string, path: string, values: Values, query: Values): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => segment(name, values[name]));
  const asked = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const search = asked.length === 0 ? "" : `?${new URLSearchParams(asked).toString()}`;
  return `${base.replace(/\/+$/, "")}${filled}${search}`;
}

function segment(name: string, value: string | number | undefined): string {
  const text = String(value ?? "");
  if (["", ".", ".."].includes(text)) throw new TypeError(`${name} cannot be ${JSON.stringify(text)}`);
  return encodeURIComponent(text);
}
