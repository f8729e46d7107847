/**
 * Frames of a WebSocket as an edge reads and writes them: those of clients are masked, and what is in them goes on as
 * it comes. By ourselves, because what an edge costs would be taken for the cost of what comes through it.
 */

const OPCODES = { bytes: 2, close: 8, ping: 9, pong: 10 } as const;
type Opcode = keyof typeof OPCODES;

const FINAL = 0x80;
const MASKED = 0x80;
/** In the place of a length that takes two or eight bytes more. */
const IN_TWO = 126;
const IN_EIGHT = 127;
const KEY_BYTES = 4;
const WORD_BYTES = 8;
const SHORT_BYTES = 256;
const EMPTY = Buffer.alloc(0);

/** Who is told what a client sends. */
export interface Ears {
  /** What is in frames of data, in order; a frame may come in parts. */
  data(chunk: Buffer): void;
  ping(payload: Buffer): void;
  close(): void;
  /** What no client may send; nothing is read behind it. */
  wrong(): void;
}

interface Head {
  readonly opcode: number;
  readonly length: number;
  readonly key: Buffer;
  /** Of the head itself. */
  readonly bytes: number;
}

/** @returns what takes what a client sends, in chunks of any size */
export function createFrameReader(ears: Ears): (chunk: Buffer) => void {
  let kept: Buffer = EMPTY;
  let key: Buffer = EMPTY;
  let left = 0;

  const passOn = (chunk: Buffer): Buffer => {
    const part = chunk.subarray(0, left);
    left -= part.length;
    ears.data(unmasked(part, key));
    if (left > 0) key = turned(key, part.length);
    return chunk.subarray(part.length);
  };

  /** @returns what is behind the frame; undefined where it is not all there */
  const takeOther = (chunk: Buffer, { opcode, length, key: itsKey, bytes }: Head): Buffer | undefined => {
    const end = bytes + length;
    if (chunk.length < end) return undefined;
    if (opcode === OPCODES.close) ears.close();
    else if (opcode === OPCODES.ping) ears.ping(unmasked(chunk.subarray(bytes, end), itsKey));
    return chunk.subarray(end);
  };

  return (chunk) => {
    let rest: Buffer | undefined = kept.length > 0 ? Buffer.concat([kept, chunk]) : chunk;
    kept = EMPTY;
    while (rest.length > 0) {
      if (left > 0) {
        rest = passOn(rest);
        continue;
      }
      const head = headOf(rest);
      if (head === "wrong") {
        ears.wrong();
        return;
      }
      let behind: Buffer | undefined;
      if (head && head.opcode <= OPCODES.bytes) {
        ({ key, length: left } = head);
        behind = rest.subarray(head.bytes);
      } else if (head) behind = takeOther(rest, head);
      if (!behind) {
        kept = rest;
        return;
      }
      rest = behind;
    }
  };
}

/** The longest head of a frame for a client. */
const HEAD_BYTES = 10;

/**
 * A frame for a client, in one piece: a write of two takes longer than the copy.
 * @param room for it, where there is some: making room for 64 KiB takes ten times as long as filling it
 */
export function framed(
  opcode: Opcode,
  payload: Buffer,
  room: Buffer = Buffer.allocUnsafe(HEAD_BYTES + payload.length),
): Buffer {
  const { length } = payload;
  const bytes = length < IN_TWO ? 2 : length < 65_536 ? 4 : HEAD_BYTES;
  room[0] = FINAL | OPCODES[opcode];
  room[1] = bytes === 2 ? length : bytes === 4 ? IN_TWO : IN_EIGHT;
  if (bytes === 4) room.writeUInt16BE(length, 2);
  else if (bytes > 4) room.writeBigUInt64BE(BigInt(length), 2);
  payload.copy(room, bytes);
  return room.subarray(0, bytes + length);
}

/** How much `framed` may need. */
export const framedBytes = (length: number): number => HEAD_BYTES + length;

/** @returns undefined where it is not all there */
function headOf(chunk: Buffer): Head | "wrong" | undefined {
  const [first = 0, second = 0] = chunk;
  const opcode = first & ~FINAL;
  const short = second & ~MASKED;
  const isKnown =
    opcode <= OPCODES.bytes || (opcode >= OPCODES.close && opcode <= OPCODES.pong && short < IN_TWO);
  if (chunk.length >= 2 && (!isKnown || (second & MASKED) === 0)) return "wrong";
  const more = short === IN_TWO ? 2 : short === IN_EIGHT ? 8 : 0;
  const bytes = 2 + more + KEY_BYTES;
  if (chunk.length < bytes) return undefined;
  // Of eight bytes six are more than anybody sends.
  const length = more === 0 ? short : chunk.readUIntBE(more === 2 ? 2 : 4, more === 2 ? 2 : 6);
  return { opcode, length, key: chunk.subarray(2 + more, bytes), bytes };
}

/** In its place, and in words where it is long: otherwise this takes as long as all else together. */
function unmasked(part: Buffer, key: Buffer): Buffer {
  if (part.length < SHORT_BYTES) return unmaskBytes(part, key);
  const lead = -part.byteOffset & (WORD_BYTES - 1);
  const words = new BigUint64Array(
    part.buffer,
    part.byteOffset + lead,
    Math.floor((part.length - lead) / WORD_BYTES),
  );
  const itsKey = turned(key, lead);
  const mask = new BigUint64Array(Uint8Array.from([...itsKey, ...itsKey]).buffer)[0]!;
  for (let i = 0; i < words.length; i += 1) words[i]! ^= mask;
  unmaskBytes(part.subarray(0, lead), key);
  unmaskBytes(part.subarray(lead + words.byteLength), itsKey);
  return part;
}

function unmaskBytes(part: Buffer, key: Buffer): Buffer {
  for (let i = 0; i < part.length; i += 1) part[i]! ^= key[i & (KEY_BYTES - 1)]!;
  return part;
}

/** The key for what follows so many bytes. */
function turned(key: Buffer, bytes: number): Buffer {
  const by = bytes & (KEY_BYTES - 1);
  return by === 0 ? key : Buffer.concat([key.subarray(by), key.subarray(0, by)]);
}
