/** Reads query parameters; what does not fit is told by name. */
import { AppError } from "../../errors/app-error.ts";

/** A whole number within bounds, or the default. @throws AppError `invalid-request`. */
export function wholeNumber(
  name: string,
  text: string | undefined,
  bounds: { min: number; max: number; otherwise: number },
): number {
  if (text === undefined) return bounds.otherwise;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= bounds.min && value <= bounds.max))
    throw invalidParameter(name, `must be a whole number from ${bounds.min} to ${bounds.max}`);
  return value;
}

/** One of a closed list, or undefined. @throws AppError `invalid-request`. */
export function oneOf<T extends string>(
  name: string,
  text: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const value = allowed.find((each) => each === text);
  if (value === undefined) throw invalidParameter(name, `must be one of ${allowed.join(", ")}`);
  return value;
}

export function invalidParameter(name: string, detail: string): AppError {
  return new AppError("invalid-request", `The parameter "${name}" ${detail}.`);
}
