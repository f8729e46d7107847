/** Shapes problems (RFC 9457): the same for HTTP answers, failed nodes and failed runs. */
import { PROBLEM_BASE, PROBLEM_TYPES, type ProblemCode } from "@myspinbot/contracts/problem-types.ts";
import type { Problem } from "@myspinbot/contracts/types.ts";
import type { AppError, FieldError } from "./app-error.ts";

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** How many field errors are told at once; the schema of a problem has the same bound. */
const MAX_FIELD_ERRORS = 100;

/** A problem of a known type. `detail` says what happened this time, for a person. */
export function toProblem(
  code: ProblemCode,
  detail: string,
  more: { instance?: string; errors?: FieldError[] } = {},
): Problem {
  const { title, status, class: problemClass } = PROBLEM_TYPES[code];
  const errors = more.errors?.slice(0, MAX_FIELD_ERRORS).map(bounded);
  return {
    type: PROBLEM_BASE + code,
    title,
    status,
    detail: detail.slice(0, 8000),
    ...(more.instance === undefined ? {} : { instance: more.instance.slice(0, 500) }),
    code,
    class: problemClass,
    ...(errors?.length ? { errors } : {}),
  };
}

/** The problem of an AppError. `instance` is the path or id that it is about. */
export function problemOf(error: AppError, instance?: string): Problem {
  const { errors, status } = error.extensions;
  const problem = toProblem(error.code, error.detail, {
    ...(instance === undefined ? {} : { instance }),
    ...(errors ? { errors } : {}),
  });
  return status === undefined ? problem : { ...problem, status };
}

function bounded(error: FieldError): FieldError {
  return { pointer: error.pointer.slice(0, 500), detail: error.detail.slice(0, 1000) };
}
