/** What went wrong with a request, in words for a person, and what the page does about it. */
import { ApiError, ClientError } from "@myspinbot/client/errors.ts";

export interface Fault {
  title: string;
  detail: string;
  /** The HTTP status; 0 when nobody answered. */
  status: number;
  code: string;
  errors: readonly { pointer: string; detail: string }[];
  /** It may go well later by itself. */
  retryable: boolean;
}

export function faultOf(error: unknown): Fault {
  if (error instanceof ApiError) {
    const { title, detail, errors = [] } = error.problem;
    return { title, detail, status: error.status, code: error.code, errors, retryable: error.retryable };
  }
  const retryable = error instanceof ClientError ? error.retryable : false;
  const away = error instanceof ClientError && retryable;
  return {
    title: away ? "The gateway does not answer" : "Something went wrong",
    detail: away
      ? "It may be starting again, or the network is away."
      : error instanceof Error
        ? error.message
        : "",
    status: 0,
    code: away ? "away" : "unknown",
    errors: [],
    retryable,
  };
}

export function asksForKey({ status }: Fault): boolean {
  return status === 401;
}

/** It is not there: not any more, or it never was. */
export function isGone({ status }: Fault): boolean {
  return status === 404 || status === 410;
}

/** A key has used what it may. */
export function isLimit({ code }: Fault): boolean {
  return code === "too-many-requests";
}
