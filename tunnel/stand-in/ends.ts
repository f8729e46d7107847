/** The ends of a pipe: a TCP socket, or a WebSocket whose binary frames are nothing but bytes. */
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { End } from "./pipe.ts";

export function socketEnd(socket: Socket): End {
  socket.setNoDelay(true);
  // Its `close` follows.
  socket.on("error", () => {});
  return {
    send: (chunk) => void socket.write(chunk),
    onData: (hear) => void socket.on("data", hear),
    onClose: (hear) => void socket.on("close", hear),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => socket.end(),
    cut: () => void socket.destroy(),
  };
}

/** What the edge says when it goes away itself. */
const GOING_AWAY = 1001;

export function webSocketEnd(socket: WebSocket): End {
  socket.binaryType = "nodebuffer";
  socket.on("error", () => {});
  return {
    send: (chunk) => socket.send(chunk, { binary: true }),
    onData: (hear) => void socket.on("message", (data) => hear(data as Buffer)),
    onClose: (hear) => void socket.on("close", hear),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => socket.close(GOING_AWAY),
    cut: () => socket.terminate(),
  };
}
