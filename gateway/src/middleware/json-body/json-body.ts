/** Reads JSON bodies: media type, encoding, size, shape, in this order. */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../../app-env.ts";
import { AppError, type FieldError } from "../../errors/app-error.ts";
import { readBytes } from "../bytes-body/read-bytes.ts";
import { assertNoEncoding, mediaTypeOf } from "../media-type.ts";
import { inexactNumbers } from "../../exact-numbers.ts";
import { inspectJson } from "./inspect-json.ts";
import { assertShallow } from "./shallow.ts";

/** Says what is wrong with a body; nothing when it fits. */
export type Check = (body: unknown) => FieldError[];

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Leaves the body, which then fits, in `c.var.body`. */
export function jsonBody<T>(check: Check): MiddlewareHandler<AppEnv & { Variables: { body: T } }> {
  return async function jsonBody(c, next) {
    c.set("body", await readJson<T>(c.req.raw, check));
    await c.get("recheckIfSlow")();
    await next();
  };
}

/** @throws AppError `unsupported-media-type`, `body-too-large`, `malformed-json`, `body-too-deep`, `invalid-request`. */
export async function readJson<T>(
  request: Request,
  check: Check,
  arrived?: AppEnv["Bindings"]["arrived"],
): Promise<T> {
  if (mediaTypeOf(request) !== "application/json") {
    throw new AppError("unsupported-media-type", "The body must be application/json.", {
      headers: { Accept: "application/json" },
    });
  }
  assertNoEncoding(request);
  const { text, body } = parse(await readBytes(request, DEFAULTS.body_bytes, arrived));
  inspectJson(body);
  refuse(inexactNumbers(text));
  refuse(check(body));
  return body as T;
}

function refuse(errors: FieldError[]): void {
  const [first] = errors;
  if (!first) return;
  const detail = `The body does not fit: ${first.pointer || "it"} ${first.detail}.`;
  throw new AppError("invalid-request", detail, { errors });
}

function parse(bytes: Uint8Array): { text: string; body: unknown } {
  try {
    const text = decoder.decode(bytes);
    assertShallow(text);
    return { text, body: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) throw new AppError("malformed-json", "The body is not valid JSON.");
    if (error instanceof TypeError) throw new AppError("malformed-json", "The body is not UTF-8.");
    throw error;
  }
}
