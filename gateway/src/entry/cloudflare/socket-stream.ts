/**
 * A socket of this runtime as the Redis client wants it. By ourselves: a duplex of Node.js costs more here than all
 * else that a command does, and each event has a connection of its own.
 */
import { Stream } from "node:stream";
import type { Socket } from "./runtime.ts";

const encoder = new TextEncoder();
type Part = string | Uint8Array;

/**
 * With the parts of a socket that the client uses. What is written before the socket is open waits in it; what is
 * written in one turn goes out together. `sift` may keep parts of what comes.
 */
export class SocketStream extends Stream {
  /** The client need not wait for that: what fails is told as an error. */
  readonly connecting = false;
  writable = true;
  destroyed = false;
  private written: Part[] = [];
  private isOpen = false;
  private isRead = false;
  private readonly socket: Socket;
  private readonly sift: (part: Uint8Array) => Uint8Array | Error;
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(socket: Socket, sift: (part: Uint8Array) => Uint8Array | Error) {
    super();
    this.socket = socket;
    this.sift = sift;
    this.writer = socket.writable.getWriter();
    socket.opened.then(
      () => (this.isOpen = true),
      (error: unknown) => this.fail(error),
    );
  }

  write(part: Part): boolean {
    if (this.written.push(part) === 1) queueMicrotask(() => this.send());
    return true;
  }

  /** What comes is told from now on. */
  resume(): this {
    if (!this.isRead) void this.read();
    this.isRead = true;
    return this;
  }

  end(): void {
    this.destroy();
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this;
    if (!error) this.send();
    this.destroyed = true;
    this.writable = false;
    this.socket.close().catch(() => {});
    queueMicrotask(() => {
      if (error) this.emit("error", error);
      this.emit("close", error !== undefined);
    });
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  private send(): void {
    const parts = this.written;
    this.written = [];
    if (this.destroyed || parts.length === 0) return;
    this.writer.write(together(parts)).catch((error: unknown) => this.fail(error));
  }

  private async read(): Promise<void> {
    const reader = this.socket.readable.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (this.destroyed) return;
        if (done) return void this.destroy();
        const part = this.sift(value);
        if (part instanceof Error) return void this.destroy(part);
        if (part.length > 0) this.emit("data", Buffer.from(part.buffer, part.byteOffset, part.byteLength));
      }
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(cause: unknown): void {
    const unreachable = () =>
      Object.assign(new Error("Redis cannot be reached", { cause }), { code: "EHOSTUNREACH" });
    this.destroy(this.isOpen ? (cause as Error) : unreachable());
  }
}

function together(parts: readonly Part[]): Uint8Array {
  if (parts.every((part) => typeof part === "string")) return encoder.encode(parts.join(""));
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part)));
}
