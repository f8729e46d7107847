/**
 * A curve that a node draws while it works, as a loss is drawn while something learns: a preview whose bytes are JSON
 * with lines of points, each preview the whole of it so far.
 */

export interface Curve {
  title: string;
  /** What is counted from left to right. */
  unit: string;
  lines: readonly Line[];
}

export interface Line {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
}

const MEDIA_TYPE = "application/json";
/** More cannot be told apart. */
const MOST_LINES = 6;

/** @returns undefined when it is none: a page shows what it can read */
export function curveOf({ media_type, base64 }: { media_type: string; base64: string }): Curve | undefined {
  if (media_type !== MEDIA_TYPE) return undefined;
  try {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const said: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isCurve(said) ? { ...said, lines: said.lines.slice(0, MOST_LINES) } : undefined;
  } catch {
    return undefined;
  }
}

function isCurve(value: unknown): value is Curve {
  if (typeof value !== "object" || value === null) return false;
  const { title, unit, lines } = value as Record<string, unknown>;
  return typeof title === "string" && typeof unit === "string" && Array.isArray(lines) && lines.every(isLine);
}

function isLine(value: unknown): value is Line {
  if (typeof value !== "object" || value === null) return false;
  const { name, points } = value as Record<string, unknown>;
  const isPoint = (point: unknown): boolean =>
    Array.isArray(point) && point.length === 2 && point.every((n) => Number.isFinite(n));
  return typeof name === "string" && Array.isArray(points) && points.every(isPoint);
}

/** As it is drawn: all places from left to right, then each line's heights there, null where it has none. */
export function tableOf({ lines }: Curve): [number[], ...(number | null)[][]] {
  const places = [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const heights = lines.map(({ points }) => {
    const at = new Map(points);
    return places.map((x) => at.get(x) ?? null);
  });
  return [places, ...heights];
}

/** For those who do not see it: where each line began and where it is. */
export function saidOf({ title, unit, lines }: Curve): string {
  const rows = lines.flatMap(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [`${name} ${short(last[1])} at ${last[0]} ${unit}, from ${short(first[1])} at ${first[0]}`];
  });
  return rows.length === 0 ? `${title}: no points yet` : `${title}: ${rows.join("; ")}`;
}

function short(n: number): string {
  return String(Number(n.toPrecision(3)));
}
