/** Bytes that pass through the gateway without being held, and the digest that is made meanwhile. */

export interface PassingBytes {
  size: number;
  /** How they begin: enough to tell what they are. */
  head: Uint8Array;
  /** In hexadecimal, where it is known before they have passed: of what is here already. */
  sha256?: string;
  /** All of them, once. Throws AppError `client-gone` when they break off. */
  parts: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Reads what nobody has taken: who still sends hears no answer. Never throws. */
  drop(): Promise<void>;
}

/** A SHA-256 of parts that come one by one. */
export interface RunningDigest {
  update(part: Uint8Array<ArrayBuffer>): void | Promise<void>;
  /** In hexadecimal, of all parts; called once. */
  hex(): Promise<string>;
}

/** Each runtime has a way of its own: WebCrypto knows digests of whole texts only. */
export type CreateDigest = () => RunningDigest;

/** The next part of a body, or undefined behind the last. It may be overwritten from the second call after its own on. */
export type ReadPart = () => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** What a runtime has for bytes that pass. */
export interface PassingRuntime {
  createDigest: CreateDigest;
  /** Where the runtime reads into memory that can be used again; else each part is new. */
  readParts?: (body: ReadableStream<Uint8Array<ArrayBuffer>>) => ReadPart;
}
