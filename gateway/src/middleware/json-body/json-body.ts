/** Reads JSON bodies: media type, encoding, size, shape, in this order. */
import type { Validator } from "@myspinbot/contracts/validators.js";
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import type { MiddlewareHandler } from "hono";
import { AppError, type FieldError } from "../../errors/app-error.ts";
import { fieldErrors } from "../../errors/field-errors.ts";
import { readBytes } from "../bytes-body/read-bytes.ts";
import { assertNoEncoding, mediaTypeOf } from "../media-type.ts";
import { inspectJson } from "./inspect-json.ts";
import { assertShallow } from "./shallow.ts";

/** Leaves the body, which then fits, in `c.var.body`. */
export function jsonBody<T>(
  check: (body: unknown) => FieldError[],
): MiddlewareHandler<{ Variables: { body: T } }> {
  return async function jsonBody(c, next) {
    const body = await readJson(c.req.raw);
    const errors = check(body);
    if (errors.length > 0) {
      throw new AppError(
        "invalid-request",
        `The body does not fit: ${errors[0]?.pointer || "it"} ${errors[0]?.detail}.`,
        { errors },
      );
    }
    c.set("body", body as T);
    await next();
  };
}

/** For bodies that one generated validator describes. */
export function validate<T>(validator: Validator): MiddlewareHandler<{ Variables: { body: T } }> {
  return jsonBody<T>((body) => fieldErrors(validator, body));
}

/** @throws AppError `unsupported-media-type`, `body-too-large`, `malformed-json`, `body-too-deep`, `invalid-request`. */
export async function readJson(request: Request): Promise<unknown> {
  if (mediaTypeOf(request) !== "application/json") {
    throw new AppError("unsupported-media-type", "The body must be application/json.", {
      headers: { Accept: "application/json" },
    });
  }
  assertNoEncoding(request);
  const body = parse(await readBytes(request, DEFAULTS.body_bytes));
  inspectJson(body);
  return body;
}

function parse(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    assertShallow(text);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new AppError("malformed-json", "The body is not valid JSON.");
    if (error instanceof TypeError) throw new AppError("malformed-json", "The body is not UTF-8.");
    throw error;
  }
}
