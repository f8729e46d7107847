/** What only the runtime of Workers has for bytes that pass: digests of streams, and pipes with a length. */
import { bytesToHex } from "@noble/hashes/utils.js";
import type { CreateDigest } from "../../passing-bytes.ts";

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

/** A request's length is that of its pipe. */
export function fixedLength(size: number): TransformStream<Uint8Array, Uint8Array> {
  return new FixedLengthStream(size);
}
