/** Calls a handler and says how that ended, as data that can cross from one thread to another. */
import { PROBLEM_BASE, PROBLEM_TYPES, type ProblemCode } from "@myspinbot/contracts/problem-types.ts";
import type { Problem } from "@myspinbot/contracts/types.ts";
import type { FieldError } from "../errors/app-error.ts";
import { toProblem } from "../errors/problem.ts";
import type { Handler, HandlerContext } from "../handlers/handler.ts";
import { encodeOutputs } from "./encode-outputs.ts";
import type { Outcome } from "./handler-host.ts";

/** Has a handler judge what is known of its inputs. */
export async function callCheck(
  { check }: Handler,
  { params, inputs }: { params: unknown; inputs: unknown },
  context: HandlerContext,
): Promise<Outcome> {
  try {
    await check?.(params as never, inputs as never, context);
    return { kind: "done", text: "{}" };
  } catch (error) {
    return readFailure(error);
  }
}

/** Asks a handler which engines are here. */
export async function callEngines({ engines }: Handler): Promise<Outcome> {
  try {
    return { kind: "done", text: JSON.stringify((await engines?.()) ?? []) };
  } catch (error) {
    return readFailure(error);
  }
}

export async function callHandler(
  handler: Handler,
  { params, inputs }: { params: unknown; inputs: unknown },
  context: HandlerContext,
): Promise<Outcome> {
  let outputs: unknown;
  try {
    outputs = await handler(params as never, inputs as never, context);
  } catch (error) {
    return readFailure(error);
  }
  try {
    return { kind: "done", text: encodeOutputs(outputs) };
  } catch (error) {
    const known = readFailure(error);
    if (known.kind === "refused") return known;
    // A getter or a proxy of the handler's own threw.
    const detail = "The outputs cannot be read.";
    return { kind: "refused", problem: toProblem("invalid-output", detail) };
  }
}

/**
 * A refusal by what it says, not by its class: extensions bring their own. It has a `code` (slug) and a `detail` or a
 * message; beside them `errors`, `pointer` or `extensions.errors` name fields, and `class` says who may retry when the
 * code is the handler's own.
 */
export function readFailure(thrown: unknown): Outcome {
  const error = thrown as Partial<Record<keyof Refusal, unknown>> | null | undefined;
  if (typeof error === "object" && error !== null && typeof error.code === "string" && SLUG.test(error.code))
    return { kind: "refused", problem: toRefusal(error.code, error as Refusal) };
  return { kind: "failed", error: plainError(thrown) };
}

/** An error that can be copied to another thread, whatever was thrown and whatever it carries. */
export function plainError(thrown: unknown): Error {
  if (!(thrown instanceof Error)) return new Error(String(thrown));
  const error = new Error(String(thrown.message));
  error.name = String(thrown.name);
  const cause = thrown.cause instanceof Error ? `\ncaused by ${thrown.cause.stack}` : "";
  error.stack = `${thrown.stack}${cause}`;
  return error;
}

interface Refusal {
  code: string;
  detail?: string;
  message?: string;
  class?: unknown;
  pointer?: unknown;
  errors?: unknown;
  extensions?: { errors?: unknown };
}

/** What problem.schema.json takes as a code; codes of Node.js (ENOENT) are none. */
const SLUG = /^[a-z][a-z0-9-]{0,63}$/;
const UNKNOWN: ProblemCode = "handler-failed";

function toRefusal(code: string, refusal: Refusal): Problem {
  const detail = String(refusal.detail ?? refusal.message ?? "").toWellFormed();
  const errors = fieldErrorsOf(refusal, detail);
  const isKnown = Object.hasOwn(PROBLEM_TYPES, code);
  const problem = toProblem(isKnown ? (code as ProblemCode) : UNKNOWN, detail, errors ? { errors } : {});
  if (isKnown) return problem;
  const retryable = refusal.class === "retryable";
  return { ...problem, type: PROBLEM_BASE + code, code, class: retryable ? "retryable" : "permanent" };
}

function fieldErrorsOf({ errors, extensions, pointer }: Refusal, detail: string): FieldError[] | undefined {
  const listed = errors ?? extensions?.errors;
  if (Array.isArray(listed)) {
    return (listed as Partial<FieldError>[]).map((error) => ({
      pointer: String(error?.pointer ?? "").toWellFormed(),
      detail: String(error?.detail ?? detail).toWellFormed(),
    }));
  }
  return typeof pointer === "string" ? [{ pointer: pointer.toWellFormed(), detail }] : undefined;
}
