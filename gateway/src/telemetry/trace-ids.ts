/** Ids of a run's trace, made of its own: whoever tells a part of it needs nothing of the others, and twice is the same. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

const TRACE_BYTES = 16;
const SPAN_BYTES = 8;

function idOf(bytes: number, ...parts: readonly (string | number)[]): string {
  return bytesToHex(sha256(new TextEncoder().encode(JSON.stringify(parts))).subarray(0, bytes));
}

export const traceIdOf = (run: string): string => idOf(TRACE_BYTES, "trace", run);

/** @param of what it is of within the run; nothing of the run itself */
export const spanIdOf = (run: string, ...of: readonly (string | number)[]): string =>
  idOf(SPAN_BYTES, "span", run, ...of);

/** As [W3C Trace Context](https://www.w3.org/TR/trace-context/) writes it; always sampled. */
export const traceparentOf = (run: string, node: string, attempt: number): string =>
  `00-${traceIdOf(run)}-${spanIdOf(run, node, attempt)}-01`;
