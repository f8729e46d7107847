/** Reads the headers that say what a body is and what a client takes. */
import { AppError } from "../errors/app-error.ts";

/** Media type of the body in lower case without parameters; empty when none is given. */
export function mediaTypeOf(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

/** @throws AppError `unsupported-media-type`: a compressed body could be a bomb, so nothing unpacks one. */
export function assertNoEncoding(request: Request): void {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding.trim().toLowerCase() !== "identity") {
    throw new AppError("unsupported-media-type", "The body must not have a Content-Encoding.", {
      headers: { "Accept-Encoding": "identity" },
    });
  }
}

/**
 * The first of `offered` that the client likes best. Without an Accept header everything will do.
 * @throws AppError `not-acceptable`.
 */
export function negotiate<T extends string>(accept: string | undefined, offered: readonly [T, ...T[]]): T {
  if (accept === undefined || accept.trim() === "") return offered[0];
  const ranges = accept.split(",").map(toRange);
  const rated = offered.map((type) => ({ type, q: qualityOf(type, ranges) }));
  const best = rated.reduce((a, b) => (b.q > a.q ? b : a));
  if (best.q === 0) throw new AppError("not-acceptable", `There is ${offered.join(" and ")} only.`);
  return best.type;
}

interface Range {
  type: string;
  q: number;
}

function toRange(text: string): Range {
  const [type, ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
  const value = q === undefined ? 1 : Number(q);
  return { type: type ?? "", q: Number.isFinite(value) ? value : 0 };
}

/** The most specific range that matches decides. */
function qualityOf(type: string, ranges: Range[]): number {
  const [main] = type.split("/");
  for (const name of [type, `${main}/*`, "*/*"]) {
    const range = ranges.find((each) => each.type === name);
    if (range) return range.q;
  }
  return 0;
}
