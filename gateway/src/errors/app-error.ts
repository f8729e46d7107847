/** The one error class of the gateway: a problem type by its code, and what happened this time. */
import type { ProblemCode } from "@myspinbot/contracts/problem-types.ts";

/** One wrong part of a request; `pointer` is a JSON pointer (RFC 6901) into the body. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** Members of a problem beside the standard ones, and headers that the answer needs (`Retry-After`, `Allow`). */
export interface ProblemExtensions {
  errors?: FieldError[];
  /** Instead of the type's own status: what a body names and is not there is 422, what the address names 404. */
  status?: number;
  headers?: Record<string, string>;
}

/**
 * Thrown where something is known to be wrong, turned into a response by `app.onError` alone.
 * `detail` is shown to clients: it never holds secrets, and says which value was wrong.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ProblemCode;
  readonly detail: string;
  readonly extensions: ProblemExtensions;

  constructor(code: ProblemCode, detail: string, extensions: ProblemExtensions = {}, cause?: unknown) {
    super(`${code}: ${detail}`, { cause });
    this.code = code;
    this.detail = detail;
    this.extensions = extensions;
  }
}
