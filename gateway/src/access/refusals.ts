/** What somebody hears who is not let in. No refusal repeats what was presented. */
import type { Scope } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";

const CHALLENGE = 'Bearer realm="myspinbot"';

/** The same for a key that is unknown, wrong, revoked or over: which of these it is tells strangers something. */
const INVALID = "The key or token is not valid: it is wrong, over, or was revoked.";

export function noKey(): AppError {
  return new AppError("unauthorized", "A key is needed: Authorization: Bearer msb_<id>_<secret>.", {
    headers: { "WWW-Authenticate": CHALLENGE },
  });
}

export function invalidKey(): AppError {
  return new AppError("unauthorized", INVALID, {
    headers: { "WWW-Authenticate": `${CHALLENGE}, error="invalid_token"` },
  });
}

export function missingScope(scope: Scope): AppError {
  return new AppError("missing-scope", `The key has not the scope ${scope}.`, {
    headers: { "WWW-Authenticate": `${CHALLENGE}, error="insufficient_scope", scope="${scope}"` },
  });
}
