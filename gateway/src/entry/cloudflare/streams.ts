/** What only the runtime of Workers has for bytes that pass: digests of streams, and pipes with a length. */
import { bytesToHex } from "@noble/hashes/utils.js";
import type { CreateDigest, PassingRuntime } from "../../passing-bytes.ts";

type Part = Uint8Array<ArrayBuffer>;

interface DigestStream extends WritableStream<Part> {
  readonly digest: Promise<ArrayBuffer>;
}

declare const crypto: { DigestStream: new (algorithm: "SHA-256") => DigestStream };
declare const FixedLengthStream: new (size: number) => TransformStream<Uint8Array, Uint8Array>;

export const createDigest: CreateDigest = () => {
  const stream = new crypto.DigestStream("SHA-256");
  // Of bytes that broke off there is none, and nobody asks.
  stream.digest.catch(() => {});
  const writer = stream.getWriter();
  return {
    update: (part) => writer.write(part),
    async hex() {
      await writer.close();
      return bytesToHex(new Uint8Array(await stream.digest));
    },
  };
};

const PART_BYTES = 65_536;

/** Two parts that are filled in turn: memory of its own for each would wait for the collector of garbage. */
export const readParts: PassingRuntime["readParts"] = (body) => {
  const reader = body.getReader({ mode: "byob" });
  const used: ArrayBuffer[] = [];
  return async () => {
    const memory = (used.length > 1 ? used.shift() : undefined) ?? new ArrayBuffer(PART_BYTES);
    const { done, value } = await reader.read(new Uint8Array(memory));
    if (done || !value) return undefined;
    used.push(value.buffer);
    return value;
  };
};

/** A request's length is that of its pipe. */
export function fixedLength(size: number): TransformStream<Uint8Array, Uint8Array> {
  return new FixedLengthStream(size);
}
