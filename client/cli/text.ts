/** Text for terminals and pipes: tables, and nothing that moves a cursor or hides what was said. */
import type { WriteStream } from "node:tty";

/** What others wrote (names, reasons) must not steer a terminal; line breaks stay only where they are asked for. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}|\p{Bidi_Control}/gu, (letter) => (/\s/.test(letter) ? " " : "\u{fffd}"));
}

/** Of several lines. */
export function plainLines(text: string): string {
  return text.split("\n").map(plain).join("\n");
}

export function say(output: WriteStream, text: string): void {
  output.write(`${plainLines(text)}\n`);
}

/** Numbers of letters, about: enough for columns. */
const widthOf = (text: string): number => [...text].length;

const GAP = 2;
/** A column is not cut below that. */
const NARROWEST = 8;
const LONGEST_NAME = 48;

/** Rows under a head, in columns; on a terminal cut to its width, the widest column first. */
export function table(
  output: WriteStream,
  head: readonly string[],
  rows: readonly (readonly (string | undefined)[])[],
): string {
  const cells = [head, ...rows].map((row) => head.map((_, column) => plain(row[column] ?? "")));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column]!))));
  if (output.isTTY)
    narrow(
      widths,
      output.columns || 80,
      head.map((_, column) => isProse(cells, column)),
    );
  return cells
    .map((row) =>
      row
        .map((cell, column) => fit(cell, widths[column]!))
        .join(" ".repeat(GAP))
        .trimEnd(),
    )
    .join("\n");
}

/** What is typed again (names, identifiers) stays whole, so that it can be. */
function isProse(cells: readonly (readonly string[])[], column: number): boolean {
  return cells.some((row) => row[column]!.includes(" ") || widthOf(row[column]!) > LONGEST_NAME);
}

/** Takes letters from the widest column of prose until all fit. */
function narrow(widths: number[], columns: number, prose: readonly boolean[]): void {
  const surplus = (): number => widths.reduce((sum, width) => sum + width + GAP, -GAP) - columns;
  while (surplus() > 0) {
    const widest = Math.max(...widths.filter((width, column) => prose[column] && width > NARROWEST));
    if (!Number.isFinite(widest)) return;
    widths[widths.findIndex((width, column) => prose[column] && width === widest)] = widest - 1;
  }
}

function fit(cell: string, width: number): string {
  const letters = [...cell];
  if (letters.length > width) return `${letters.slice(0, width - 1).join("")}…`;
  return cell + " ".repeat(width - letters.length);
}

/** Names and values, a line each; what is undefined is left out. */
export function facts(rows: readonly (readonly [name: string, value: string | undefined])[]): string {
  const given = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${plain(value)}`).join("\n");
}

/** `3 min ago`, for tables. */
export function ago(timestamp: string | undefined, now: number): string | undefined {
  if (timestamp === undefined) return undefined;
  const seconds = Math.max(0, Math.round((now - Date.parse(timestamp)) / 1000));
  const [size, unit] = UNITS.find(([most]) => seconds < most * 100) ?? UNITS.at(-1)!;
  return `${Math.floor(seconds / size)} ${unit} ago`;
}

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [1, "s"],
  [60, "min"],
  [3600, "h"],
  [86_400, "days"],
];

export function bytesOf(size: number): string {
  const [by, unit] = (
    [
      [1e9, "GB"],
      [1e6, "MB"],
      [1e3, "kB"],
    ] as const
  ).find(([least]) => size >= least) ?? [1, "B"];
  return `${by === 1 ? size : (size / by).toFixed(1)} ${unit}`;
}
