/** How `msb` ends, and in which words it says why. */
import { ApiError, ClientError, ForeignAnswerError, NetworkError } from "../src/errors.ts";

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  away: 3,
  refused: 4,
  unknown: 5,
  unsuccessful: 6,
  stopped: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `Exit codes:
  0    done; of a watched run: it succeeded
  1    the gateway said no, or something else failed
  2    what was typed cannot be meant
  3    the gateway does not answer, or something else answers in its place
  4    there is no valid key, or the key may not do this
  5    there is no such run, graph, executor, key, webhook, delivery or dead letter, or
       it was kept for its time and is gone
  6    the run that was watched did not succeed
  130  stopped by Ctrl-C`;

/** Why a command ends early: a sentence for a person, and how to end. */
export class Failure extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What was typed cannot be meant. */
export function usage(message: string): Failure {
  return new Failure(message, EXIT.usage);
}

/** @param url of the gateway that was asked */
export function failureOf(error: unknown, url: string, hasKey: boolean): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ApiError) return ofProblem(error, hasKey);
  if (error instanceof NetworkError) return away(error, url);
  if (error instanceof ForeignAnswerError)
    return new Failure(`${url} is no gateway of MySpinBot, or not its root. ${error.message}`, EXIT.away);
  const message = error instanceof ClientError || error instanceof Error ? error.message : String(error);
  return new Failure(message, EXIT.failed);
}

function ofProblem(error: ApiError, hasKey: boolean): Failure {
  if (error.is("unauthorized")) {
    const hint = hasKey
      ? "The key that was given is not valid: MSB_KEY, MSB_KEY_FILE or --key names another."
      : "Give a key in MSB_KEY, in a file that MSB_KEY_FILE names, or with --key.";
    return new Failure(`${error.message}\n${hint}`, EXIT.refused);
  }
  if ([401, 403].includes(error.status)) return new Failure(error.message, EXIT.refused);
  if ([404, 410].includes(error.status)) return new Failure(error.message, EXIT.unknown);
  if (error.status === 503) return new Failure(error.message, EXIT.away);
  return new Failure(error.message, EXIT.failed);
}

function away(error: NetworkError, url: string): Failure {
  const codes = codesOf(error);
  const why = codes.map((code) => WHY[code]).find((words) => words !== undefined) ?? error.message;
  return new Failure(
    `The gateway at ${url} does not answer: ${why.replace(/\.$/, "")}. Is it running, and is that its address? MSB_URL or --url names another.`,
    EXIT.away,
  );
}

const WHY: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the name of the host cannot be looked up now",
  EHOSTUNREACH: "no way leads there",
  ENETUNREACH: "no way leads there",
  ECONNRESET: "the connection was cut",
  ETIMEDOUT: "nobody answers in time",
  UND_ERR_CONNECT_TIMEOUT: "nobody answers in time",
  CERT_HAS_EXPIRED: "its certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by nobody that is known here",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is signed by nobody that is known here",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is signed by nobody that is known here",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
};

/** Of an error and what caused it, which may be several at once. */
function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code, cause, errors } = error as NodeJS.ErrnoException & { errors?: unknown };
  const causes = [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
  return [...(code === undefined ? [] : [code]), ...causes.flatMap(codesOf)];
}
