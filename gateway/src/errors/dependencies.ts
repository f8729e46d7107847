/** Says "Redis is away" in one way, wherever a command failed. */
import { faultOf, isUnavailable, whereOf } from "./redis-faults.ts";
import { connectionFault } from "./connection-faults.ts";
import { AppError } from "./app-error.ts";
import { remedyOf } from "./store-faults.ts";

const RETRY_AFTER_S = "2";
/** SeaweedFS answers 500, MinIO 507. */
const NO_ROOM = [500, 507];

/**
 * Awaits what was asked of Redis.
 * @throws AppError `redis-unavailable` when no answer came or the server cannot serve as it is, with the reason;
 * other answers of the server are our own mistakes and pass unchanged.
 */
export function fromRedis<T>(reply: Promise<T>): Promise<T> {
  return reply.catch(refuse);
}

function refuse(error: unknown): never {
  if (isUnavailable(error)) {
    throw new AppError(
      "redis-unavailable",
      `${faultOf(error) ?? `Redis did not answer in time${whereOf(error)}`}; try again.`,
      { headers: { "Retry-After": RETRY_AFTER_S } },
      error,
    );
  }
  throw error;
}

/** The object store answered, but not what was wanted: `code` is its own word for it, if it gave one. */
export class StoreAnswer extends Error {
  override readonly name = "StoreAnswer";
  /** It would not keep bytes, and perhaps cannot: few stores say that their disk is full. */
  readonly isFull: boolean;

  /** @param isObject whether it should have kept one */
  constructor(status: number, code: string | undefined, text: string, isObject = false) {
    const isFull = isObject && NO_ROOM.includes(status);
    const why = isFull ? " to bytes that it should keep; perhaps its disk is full" : remedyOf(code);
    super(`The object store answered ${status}${code === undefined ? "" : ` (${code})`}${why}`, {
      cause: text,
    });
    this.isFull = isFull;
  }
}

/** The object store did not answer, or answered that it cannot. */
export function storeUnavailable(cause: unknown): AppError {
  const sentence = cause instanceof StoreAnswer ? cause.message : connectionFault(cause, "the object store");
  return new AppError(
    "store-unavailable",
    `${capitalized(sentence ?? "the object store did not answer in time")}; try again.`,
    { headers: { "Retry-After": RETRY_AFTER_S } },
    cause,
  );
}

function capitalized(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
