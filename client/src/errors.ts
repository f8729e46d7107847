/** What can go wrong: the API says no, somebody else answers, or nobody does. */
import type { ProblemCode } from "@myspinbot/contracts/problem-types.ts";
import type { Problem } from "@myspinbot/contracts/types.ts";
import { problemText } from "./problem-text.ts";

/** Any failure of a request; programming errors and aborts are none. */
export abstract class ClientError extends Error {
  /** Whether the same request may go well later. */
  abstract readonly retryable: boolean;
  /** How long the other side wants to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = new.target.name;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The API said what is wrong; the message says it with the fields at fault. */
export class ApiError extends ClientError {
  readonly problem: Problem;
  /** Of the HTTP answer. */
  readonly status: number;

  constructor(problem: Problem, status: number, retryAfterMs?: number) {
    super(problemText(problem), { retryAfterMs });
    this.problem = problem;
    this.status = status;
  }

  override get retryable(): boolean {
    return this.problem.class === "retryable";
  }

  /** A newer server may know codes that this client does not. */
  get code(): string {
    return this.problem.code;
  }

  is(code: ProblemCode): boolean {
    return this.problem.code === code;
  }
}

/** What gateways and tunnels answer while those behind them are away; 520 to 530 are Cloudflare's. */
const AWAY: ReadonlySet<number> = new Set([
  ...[408, 425, 429, 502, 503, 504],
  ...Array.from({ length: 11 }, (_, i) => 520 + i),
]);

/** An answer that is none of the API's: of a proxy, a login page, another server. */
export class ForeignAnswerError extends ClientError {
  readonly status: number;
  override readonly retryable: boolean;

  constructor(message: string, status: number, retryAfterMs?: number) {
    super(message, { retryAfterMs });
    this.status = status;
    this.retryable = AWAY.has(status);
  }
}

/** No answer, or one that broke off. Whether the request was carried out is unknown. */
export class NetworkError extends ClientError {
  override readonly retryable = true;
}
