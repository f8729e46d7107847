/** Says "Redis is away" in one way, wherever a command failed. */
import { AppError } from "./app-error.ts";

/** First words of answers that mean "not now": the server is loading, full, a replica, failing over or busy. */
const TEMPORARY = new Set([
  "LOADING",
  "OOM",
  "READONLY",
  "MASTERDOWN",
  "CLUSTERDOWN",
  "TRYAGAIN",
  "BUSY",
  "MISCONF",
  "NOREPLICAS",
]);

const RETRY_AFTER_S = "2";

/**
 * Awaits what was asked of Redis.
 * @throws AppError `redis-unavailable` when no answer came or the server cannot serve now; other answers of the
 * server are our own mistakes and pass unchanged.
 */
export async function fromRedis<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    if (isTemporary(error)) {
      throw new AppError(
        "redis-unavailable",
        "Redis did not answer in time; try again.",
        { headers: { "Retry-After": RETRY_AFTER_S } },
        error,
      );
    }
    throw error;
  }
}

/** The object store did not answer, or answered that it cannot. */
export function storeUnavailable(cause: unknown): AppError {
  return new AppError(
    "store-unavailable",
    "The object store did not answer in time; try again.",
    { headers: { "Retry-After": RETRY_AFTER_S } },
    cause,
  );
}

/**
 * Whether Redis could not be reached or cannot serve now. The server's own answers are ReplyErrors whose first word is
 * their code; all other errors of the
 * client mean that it never reached the server.
 */
export function isTemporary(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return false;
  if (error.name !== "ReplyError") return true;
  return TEMPORARY.has(error.message.split(" ", 1)[0] ?? "");
}
