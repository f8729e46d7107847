/** The ends of a pipe: a TCP socket, or a WebSocket whose binary frames are nothing but bytes. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { createFrameReader, framed, framedBytes } from "./frames.ts";
import type { End } from "./pipe.ts";

export function socketEnd(socket: Socket): End {
  return { ...wireOf(socket), close: () => socket.end(), garble: () => socket.destroy() };
}

/** What the edge says when it goes away itself. */
const GOING_AWAY = Buffer.from([0x03, 0xe9]);
/** Masked, of a kind that nobody knows, and longer than anything. */
const NO_FRAME = Buffer.alloc(64, 0xff);
/** At most so much comes from a socket at once. */
const READ_BYTES = 65_536;
/** Shorter ones are made room for as quickly. */
const LONG_BYTES = 4096;
const MOST_ROOMS = 32;
/** For frames; each is used again when it has left. */
const rooms: Buffer[] = [];
/** Of RFC 6455. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Answers that the tunnel is open; `head` is what came with the request. */
export function webSocketEnd({ headers }: IncomingMessage, socket: Socket, head: Buffer): End {
  const accept = createHash("sha1").update(`${headers["sec-websocket-key"]}${GUID}`).digest("base64");
  const lines = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${accept}`];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
  const wire = wireOf(socket);
  const say = (...frame: Parameters<typeof framed>): void => wire.send(framed(...frame));
  const leave = (reason: Buffer): void => {
    say("close", reason);
    socket.end();
  };
  return {
    ...wire,
    send(chunk) {
      if (chunk.length < LONG_BYTES || chunk.length > READ_BYTES) {
        say("bytes", chunk);
        return;
      }
      const room = rooms.pop() ?? Buffer.allocUnsafeSlow(framedBytes(READ_BYTES));
      wire.send(framed("bytes", chunk, room), () => {
        if (rooms.length < MOST_ROOMS) rooms.push(room);
      });
    },
    onData: (hear) =>
      wire.onData(
        createFrameReader({
          data: hear,
          ping: (payload) => say("pong", payload),
          close: () => leave(Buffer.alloc(0)),
          wrong: () => socket.destroy(),
        }),
      ),
    close: () => leave(GOING_AWAY),
    garble: () => wire.send(NO_FRAME),
  };
}

/** What it tells when it has sent something: no sender but a WebSocket asks. */
interface Wire extends Omit<End, "close" | "garble"> {
  send(chunk: Buffer, onSent?: () => void): void;
}

function wireOf(socket: Socket): Wire {
  let isSending = false;
  const send = (chunk: Buffer, onSent?: () => void): void => {
    socket.write(chunk, onSent);
    if (isSending) return;
    isSending = true;
    // What follows in this turn goes out together: TLS hands on each of its records by itself.
    socket.cork();
    setImmediate(() => {
      isSending = false;
      socket.uncork();
    });
  };
  socket.setNoDelay(true);
  // Its `close` follows.
  socket.on("error", () => {});
  // What came as HTTP stays open for writing otherwise.
  socket.on("end", () => socket.end());
  return {
    send,
    onData: (hear) => void socket.on("data", hear),
    onClose: (hear) => void socket.on("close", hear),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    cut: () => void socket.destroy(),
  };
}
