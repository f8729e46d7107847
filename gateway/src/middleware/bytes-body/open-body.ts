/** Opens a body of bounded size whose bytes are to be passed on: a large one is not held here. */
import type { CreateDigest, PassingBytes, PassingRuntime, ReadPart } from "../../passing-bytes.ts";
import { bodyOf, brokenOff, lengthOf, readBytes, SMALL_BYTES, tooLarge } from "./read-bytes.ts";

type Part = Uint8Array<ArrayBuffer>;

/** No kind of file needs more to be told from others. */
const HEAD_BYTES = 64;

/**
 * A store must know the number of bytes before the first: those of a body that does not say it are held, once.
 * @throws AppError `body-too-large`, before anything is read where the length says so; `client-gone` in mid-body
 */
export async function openBody(
  request: Request,
  limit: number,
  { createDigest, readParts = newParts }: PassingRuntime,
): Promise<PassingBytes> {
  const said = lengthOf(request);
  if (said === undefined) return hold(bodyOf(request), limit, createDigest);
  if (said <= SMALL_BYTES) return hold([await readBytes(request, limit)], limit, createDigest);
  if (said > limit) throw tooLarge(limit);
  const rest = readOn(readParts(request.body!));
  const first: Part[] = [];
  for (let size = 0; size < HEAD_BYTES; size += first.at(-1)!.byteLength) {
    const next = await rest.next();
    if (next.done) throw brokenOff();
    first.push(next.value.slice());
  }
  return {
    ...{ size: said, head: joined(first, HEAD_BYTES), parts: exactly(said, first, rest) },
    drop: () => readOut(rest),
  };
}

type Parts = AsyncIterableIterator<Part>;

function newParts(body: ReadableStream<Part>): ReadPart {
  const reader = body.getReader();
  return async () => (await reader.read()).value;
}

/** Unlike a loop over the body, one over this can be left without cutting off who sends it. */
function readOn(read: ReadPart): Parts {
  const parts: Parts = {
    async next() {
      try {
        const value = await read();
        return value ? { done: false, value } : { done: true, value };
      } catch {
        throw brokenOff();
      }
    },
    [Symbol.asyncIterator]: () => parts,
  };
  return parts;
}

async function readOut(parts: Parts): Promise<void> {
  try {
    while (!(await parts.next()).done);
  } catch {
    // Nobody hears an answer.
  }
}

async function hold(
  parts: AsyncIterable<Part> | Iterable<Part>,
  limit: number,
  createDigest: CreateDigest,
): Promise<PassingBytes> {
  const digest = createDigest();
  const held: Part[] = [];
  let size = 0;
  // Leaving the loop cancels the stream.
  for await (const part of parts) {
    size += part.byteLength;
    if (size > limit) throw tooLarge(limit);
    await digest.update(part);
    held.push(part);
  }
  return {
    ...{ size, head: joined(held, HEAD_BYTES), sha256: await digest.hex(), parts: each(held) },
    drop: async () => {},
  };
}

/** HTTP ends a body where its length says; a runtime that does not hold to that is not believed. */
async function* exactly(size: number, first: readonly Part[], rest: Parts): AsyncGenerator<Part> {
  let passed = 0;
  for await (const part of each(first, rest)) {
    passed += part.byteLength;
    if (passed > size) throw brokenOff();
    yield part;
  }
  if (passed < size) throw brokenOff();
}

async function* each(first: readonly Part[], rest?: Parts): AsyncGenerator<Part> {
  yield* first;
  if (rest) yield* rest;
}

function joined(parts: readonly Part[], most: number): Uint8Array {
  const head = new Uint8Array(most);
  let at = 0;
  for (const part of parts) {
    if (at === most) break;
    const some = part.subarray(0, most - at);
    head.set(some, at);
    at += some.byteLength;
  }
  return head.subarray(0, at);
}
