/** Writes log lines: one JSON object each, a constant phrase as `msg`, data in fields, ids bound by async context. */
import { AsyncLocalStorage } from "node:async_hooks";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Record<string, unknown>;

export interface Logger {
  debug(msg: string, fields?: LogFields): void;
  info(msg: string, fields?: LogFields): void;
  warn(msg: string, fields?: LogFields): void;
  error(msg: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  /** Lowest level that is written. */
  level: LogLevel;
  /** Takes one line without its end. */
  write: (line: string) => void;
  /** Milliseconds since the epoch. */
  now: () => number;
  service?: string;
  /** One sentence for an error that is well known, in place of all that there is of it. */
  sentenceOf?: (error: Error) => string | undefined;
}

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };
const bound = new AsyncLocalStorage<LogFields>();

/** Runs `work` so that every line it writes carries `fields` (request_id, run_id, task_id ...). */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return bound.run({ ...bound.getStore(), ...fields }, work);
}

export function createLogger({
  level,
  write,
  now,
  service = "gateway",
  sentenceOf = () => undefined,
}: LoggerOptions): Logger {
  const lowest = RANK[level];
  /** Errors have no own enumerable fields, so JSON would show them as `{}`. */
  const toLoggable = (_key: string, value: unknown): unknown => {
    if (!(value instanceof Error)) return typeof value === "bigint" ? value.toString() : value;
    const { name, message, stack, cause } = value;
    return sentenceOf(value) ?? { name, message, stack, ...(cause === undefined ? {} : { cause }) };
  };
  const at =
    (lineLevel: LogLevel) =>
    (msg: string, fields: LogFields = {}) => {
      if (RANK[lineLevel] < lowest) return;
      const head = { ts: new Date(now()).toISOString(), level: lineLevel, msg, service };
      write(toLine({ ...head, ...bound.getStore(), ...fields }, toLoggable));
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Most lines hold texts and numbers alone: for those no value has to be looked at one by one. */
function toLine(fields: LogFields, toLoggable: (key: string, value: unknown) => unknown): string {
  for (const name in fields) {
    const kind = typeof fields[name];
    if (kind === "object" || kind === "bigint") return JSON.stringify(fields, toLoggable);
  }
  return JSON.stringify(fields);
}
