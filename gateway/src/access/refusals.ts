/** What somebody hears who is not let in. No refusal repeats what was presented. */
import type { Scope } from "@myspinbot/contracts/types.ts";
import { AppError } from "../errors/app-error.ts";

const CHALLENGE = 'Bearer realm="myspinbot"';

/** The same for a key that is unknown, wrong, revoked or over: which of these it is would tell strangers something. */
const INVALID = "The key or token is not valid: it is wrong, over, or was revoked.";

export function noKey(): AppError {
  return new AppError("unauthorized", "A key is needed: Authorization: Bearer msb_<id>_<secret>.", {
    headers: { "WWW-Authenticate": CHALLENGE },
  });
}

/** What a key looks like is no secret; most who send something else have lost a part of it. */
export function malformedKey(): AppError {
  return new AppError("unauthorized", "What was sent is no key: it is as in msb_<id>_<secret>, 74 letters.", {
    headers: { "WWW-Authenticate": `${CHALLENGE}, error="invalid_token"` },
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
